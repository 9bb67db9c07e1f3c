"""Agreement: the published example, what a user would be misled by, and the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.corrections import ClaimPointer, Correction, IssuePointer, dump_correction
from stance.errors import InputError, UndecidedError
from stance.evaluation import measure_agreement, to_agreement_table
from stance.records import Stance

ROW = IssuePointer("i", "Was the bridge worth it?", "the bridge", ())


def labels(folder: Path, name: str, answers: dict[str, str]) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"id": k, "label": v}) + "\n" for k, v in answers.items()), encoding="utf-8")
    return path


def coders(folder: Path, *rows: str) -> list[Path]:
    """A file a coder; a character a unit, "*" where the coder gave none."""
    return [labels(folder, str(n), {f"{unit:02}": value for unit, value in enumerate(row) if value != "*"})
            for n, row in enumerate(rows)]  # fmt: skip


def stances(folder: Path, name: str, answers: dict[str, Stance | None]) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(
        dump_correction(Correction("stance", ClaimPointer(words, "Echo", words), ROW, stance=stance))
        for words, stance in answers.items()))  # fmt: skip
    return path


def test_alpha_is_that_of_the_published_example(tmp_path: Path) -> None:
    """Three coders, fifteen units, answers missing: nominal alpha .691 (en.wikipedia.org/wiki/Krippendorff's_alpha)."""
    paths = coders(tmp_path, "*****34121133*3", "1*213343*******", "**21344*21133*4")
    (found,) = measure_agreement(paths)
    assert found.alpha == pytest.approx(0.691, abs=0.0005)
    assert found.n == 12
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.alpha < found.high
    assert found.differ == (("05", "3", "3", "4"), ("07", "1", "3", "–"), ("14", "3", "–", "4"))
    assert measure_agreement(paths[::-1])[0].alpha == found.alpha


def test_the_same_answers_agree_wholly_and_opposite_ones_less_than_chance(tmp_path: Path) -> None:
    (same,) = measure_agreement(coders(tmp_path, "aabbab", "aabbab"))
    assert (same.alpha, same.share, same.differ) == (1.0, 1.0, ())
    (opposite,) = measure_agreement(coders(tmp_path, "aabbab", "bbaaba"))
    assert opposite.share == 0.0
    assert opposite.alpha is not None
    assert opposite.alpha < 0


def test_one_answer_only_says_nothing_about_agreement(tmp_path: Path) -> None:
    (found,) = measure_agreement(coders(tmp_path, "aaaa", "aaaa"))
    assert (found.alpha, found.share) == (None, 1.0)
    assert "undefined" in to_agreement_table([found])


def test_two_peoples_corrections_are_compared_a_kind_of_question_each(tmp_path: Path) -> None:
    one = stances(tmp_path, "ana", {"It works.": "favourable", "It fails.": "unfavourable", "It is late.": None})
    other = stances(tmp_path, "bo", {"It works.": "favourable", "It fails.": "unfavourable", "It is late.": "neutral"})
    voice = Correction("voice", ClaimPointer("It works.", "Echo", "It works."), voice="reported", holder="The mayor")
    for path, holder in ((one, "The  Mayor"), (other, "the mayor")):
        line = dump_correction(Correction(voice.kind, voice.claim, voice=voice.voice, holder=holder))
        path.write_bytes(path.read_bytes() + line)
    found = {agreement.kind: agreement for agreement in measure_agreement([one, other])}
    assert set(found) == {"stance", "voice", "holder"}
    assert found["stance"].differ == (("Echo: It is late. → the bridge", "no clear position", "neutral"),)
    assert found["holder"].share == 1.0


def test_what_was_withdrawn_is_no_answer(tmp_path: Path) -> None:
    one, other = (stances(tmp_path, name, {"It works.": "favourable", "It fails.": "neutral"}) for name in "ab")
    gone = Correction("stance", ClaimPointer("It fails.", "Echo", "It fails."), ROW, withdrawn=True)
    other.write_bytes(other.read_bytes() + dump_correction(gone))
    assert measure_agreement([one, other])[0].n == 1


def test_nothing_in_common_is_undecided_and_one_file_is_an_error(tmp_path: Path) -> None:
    one, other = labels(tmp_path, "a", {"1": "x"}), labels(tmp_path, "b", {"2": "x"})
    with pytest.raises(UndecidedError, match="no two of them"):
        measure_agreement([one, other])
    with pytest.raises(InputError, match="two people"):
        measure_agreement([one])


def test_one_file_given_twice_is_not_two_people(tmp_path: Path) -> None:
    one = labels(tmp_path, "a", {"1": "x", "2": "y"})
    (tmp_path / "b.jsonl").symlink_to(one)
    for other in (one, tmp_path / "." / "a.jsonl", tmp_path / "b.jsonl"):
        with pytest.raises(InputError, match="given twice"):
            measure_agreement([one, other])


@pytest.mark.parametrize(("text", "told"), [
    ("", "no answers"), ('{"id": 1}\n', "row 1"), ('{"id": 1, "label": "a"}\n{"id": 1, "label": "b"}\n', "two labels"),
    ('{"kind": "stance"}\n', "line 1"), ("[]\n", "line 1"),
])  # fmt: skip
def test_a_file_that_is_none_says_where(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        measure_agreement([path, path])


def test_the_command_prints_alpha_and_writes_json(tmp_path: Path) -> None:
    paths = coders(tmp_path, "aabbab", "aabbaa")
    done = CliRunner().invoke(app, ["agree", *map(str, paths), "--json", str(tmp_path / "out" / "agree.json")])
    assert done.exit_code == 0
    assert "alpha" in done.output
    assert "b | a: 05" in done.output
    assert json.loads((tmp_path / "out" / "agree.json").read_text())[0]["n"] == 6


def test_pairs_of_answers_are_counted_also_among_three(tmp_path: Path) -> None:
    """Two units with three answers: one pair in three is the same in the first, all three in the second."""
    (found,) = measure_agreement(coders(tmp_path, "ab", "ab", "cb"))
    assert found.share == pytest.approx(4 / 6, abs=1e-4)


def test_claims_put_into_a_row_and_taken_out_of_it_are_told(tmp_path: Path) -> None:
    files = []
    for name, kind in (("ana", "add"), ("bo", "split")):
        line = dump_correction(Correction(kind, ClaimPointer("It works.", "Echo", "It works."), ROW))  # type: ignore[arg-type]
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_bytes(line)
    (found,) = measure_agreement(files)
    assert (found.kind, found.share) == ("row", 0.0)
    assert found.differ == (("Echo: It works. → Was the bridge worth it?", "in", "out"),)
    merge = Correction("merge", issue=ROW, into=IssuePointer("j", "Another?", "it", ()))
    for path in files:
        path.write_bytes(path.read_bytes() + dump_correction(merge))
    assert measure_agreement(files) == (found,)


def test_the_table_gives_the_interval_where_there_is_one(tmp_path: Path) -> None:
    table = to_agreement_table(measure_agreement(coders(tmp_path, "aabbabab", "aabbabaa")))
    assert re.search(r"alpha 0\.\d{3} \[-?\d\.\d{3}, \d\.\d{3}\], 88% of answers the same, n = 8", table), table
    one = to_agreement_table(measure_agreement(coders(tmp_path, "a", "b")))
    assert "[" not in one


def test_an_answer_that_one_person_gave_once_still_counts(tmp_path: Path) -> None:
    """Of twelve answers one differs: as much as chance would have it."""
    (found,) = measure_agreement(coders(tmp_path, "aaaaaa", "aaaaab"))
    assert found.alpha == pytest.approx(0, abs=1e-4)
    assert found.share == pytest.approx(5 / 6, abs=1e-4)


def test_figures_have_four_places(tmp_path: Path) -> None:
    (found,) = measure_agreement(coders(tmp_path, "aabbabc", "aabbaca", "aabbacb"))
    for figure in (found.alpha, found.low, found.high, found.share):
        assert figure is not None
        assert figure == round(figure, 4)


def test_who_answers_nothing_in_common_with_the_others_is_left_out_of_it(tmp_path: Path) -> None:
    three = [labels(tmp_path, name, answers) for name, answers in (
        ("a", {"1": "x", "2": "y"}), ("b", {"1": "x", "2": "x"}), ("c", {"3": "z"}))]  # fmt: skip
    (found,) = measure_agreement(three)
    (without,) = measure_agreement(three[:2])
    assert (found.n, found.share, found.alpha) == (without.n, without.share, without.alpha) == (2, 0.5, 0.0)
    assert found.differ == (("2", "y", "x", "–"),)


def test_words_are_the_same_however_they_are_spaced(tmp_path: Path) -> None:
    one = stances(tmp_path, "a", {"It  works\n well.": "favourable"})
    other = stances(tmp_path, "b", {"It works well.": "unfavourable"})
    (found,) = measure_agreement([one, other])
    assert found.differ == (("Echo: It works well. → the bridge", "favourable", "unfavourable"),)


def test_the_table_lists_who_said_what_where_answers_differ(tmp_path: Path) -> None:
    table = to_agreement_table(measure_agreement(coders(tmp_path, "aabb", "aaba")))
    first, second = table.splitlines()
    assert first.startswith("label    alpha ")
    assert first.endswith(", 75% of answers the same, n = 4")
    assert second == "  b | a: 03"


def test_who_hear_two_people_in_one_claim_do_not_agree_on_its_holder(tmp_path: Path) -> None:
    files = []
    for name, holder in (("ana", "the mayor"), ("bo", "Tom Reyes"), ("cy", None)):
        claim = ClaimPointer("It works.", "Echo", "It works.")
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_bytes(dump_correction(Correction("voice", claim, voice="reported", holder=holder)))
    found = {agreement.kind: agreement for agreement in measure_agreement(files)}
    assert found["voice"].share == 1.0
    assert found["holder"].share == 0.0
    assert found["holder"].differ == (("Echo: It works.", "the mayor", "tom reyes", ""),)
