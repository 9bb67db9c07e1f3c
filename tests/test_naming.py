"""One thing, several names; one name, several things."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.claims import extract_claims
from stance.errors import InputError
from stance.naming import naming_table, read_aliases, resolve_names
from stance.records import Document, Passage


def document(text: str, source: str = "The Courier", id: str = "d") -> Document:
    return Document(
        id=id,
        source=source,
        path=id,
        sha256="",
        text=text,
        end=len(text),
        language="en",
        passages=(Passage(0, len(text)),),
    )


def things(text: str) -> list[tuple[str, str]]:
    (named,) = resolve_names([document(text)]).values()
    for n in named:
        assert text[n.start : n.end] == n.surface
    return [(n.surface, n.thing) for n in named]


def test_different_words_for_one_thing_meet_and_keep_their_surface() -> None:
    assert things("Leaders of the Global Majority met in Kiev’s old town.") == [
        ("Global Majority", "Global South"),
        ("Kiev", "Kyiv"),
    ]
    assert things("The PRC and the DPRK signed.") == [("PRC", "China"), ("DPRK", "North Korea")]


def test_names_that_only_look_alike_stay_apart() -> None:
    assert ("DPR", "North Korea") not in things("The DPR and the DPRK differ.")
    assert dict(things("The DPR and the DPRK differ."))["DPR"] == "Donetsk People's Republic"
    assert things("It gave us no turkey, and who knows why.") == []
    assert all(thing != "United States" for _, thing in things("The Washington Post wrote about Latin America."))


def test_metonyms_are_marked() -> None:
    (named,) = resolve_names([document("Moscow said that Russia would wait.")]).values()
    assert [(n.surface, n.thing, n.metonym) for n in named] == [("Moscow", "Russia", True), ("Russia", "Russia", False)]


def test_an_abbreviation_is_what_its_own_document_says() -> None:
    first = document("The Norland Ministry of Health (MoH) met. The MoH agreed.", id="a")
    second = document("The Sudland Ministry of Housing (MoH) met. The MoH agreed.", id="b")
    named = resolve_names([first, second])
    assert [n.thing for n in named["a"] if n.surface == "MoH"] == ["Norland Ministry of Health"] * 2
    assert [n.thing for n in named["b"] if n.surface == "MoH"] == ["Sudland Ministry of Housing"] * 2


def test_the_table_counts_by_source_and_tells_own_words_from_quoted_ones() -> None:
    a = document(
        "The special military operation went on. Ann Lee said the invasion of Ukraine was a crime.", "North Star", "a"
    )
    b = document("The war in Ukraine went on.", "South Star", "b")
    claims = [c for d in (a, b) for c in extract_claims(d)]
    rows = {
        (r.source, r.surface): (r.count, r.n_own) for r in naming_table([a, b], claims) if r.thing == "war in Ukraine"
    }
    assert rows == {
        ("North Star", "special military operation"): (1, 1),
        ("North Star", "invasion of Ukraine"): (1, 0),
        ("South Star", "war in Ukraine"): (1, 1),
    }
    assert all(r.n_own is None for r in naming_table([a, b]))
    assert naming_table([a, b], claims) == naming_table([b, a], claims)


def test_a_users_groups_extend_the_shipped_ones(tmp_path: Path) -> None:
    extra = tmp_path / "mine.toml"
    extra.write_text(
        '[[group]]\nname = "Old Quay"\nforms = ["Pier Nine"]\n'
        '[[group]]\nname = "China"\nforms = ["the Middle Kingdom"]\n'
    )
    named = resolve_names([document("Pier Nine belongs to the Middle Kingdom, not to Russia.")], read_aliases(extra))[
        "d"
    ]
    assert [n.thing for n in named] == ["Old Quay", "China", "Russia"]


@pytest.mark.parametrize(
    "text",
    [
        "[[group]]\nforms = []\n",
        "group = 3\n",
        "[[group]\n",
        '[[group]]\nname = "x"\nform = ["y"]\n',
        '[[group]]\nname = "x"\nforms = "y"\n',
    ],
)
def test_a_bad_alias_file_says_where_and_what_to_do(tmp_path: Path, text: str) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(text)
    with pytest.raises(InputError, match=r"bad\.toml"):
        read_aliases(bad)
    with pytest.raises(InputError, match="cannot be read"):
        read_aliases(tmp_path / "none.toml")
