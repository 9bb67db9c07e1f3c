"""Writes symmetry.jsonl: pairs of sentences that differ in names only, for the suite symmetry.toml.

    python eval/data/make_symmetry.py

Three kinds of names are exchanged: the two sides of a conflict (in target and text alike), the outlet that is quoted
(the target stays), and persons. Half of the templates are neutral and half loaded. All sentences are our own."""

from __future__ import annotations

import json
from pathlib import Path

SIDES = (
    ("Russia", "Ukraine"),
    ("the United States", "China"),
    ("India", "Pakistan"),
    ("Iran", "Israel"),
    ("the government", "the opposition"),
)
OUTLETS = (
    ("the Northern Courier", "the Harbour Gazette"),
    ("Fox News", "The New York Times"),
    ("Russian state television", "Ukrainian public television"),
    ("the ministry's channel", "the union's channel"),
    ("a business daily", "a tabloid"),
)
PERSONS = (
    ("Anna Keller", "Ivan Petrov"),
    ("Fatima Rahman", "John Whitfield"),
    ("Li Wei", "Maria Gonzalez"),
    ("Olena Kovalenko", "Dmitri Sokolov"),
    ("Aisha Bello", "Patrick O'Neill"),
)

SIDE_TEXTS = {
    "neutral": (
        "{a} and {b} will hold talks on Thursday.",
        "A delegation of {a} met envoys of {b} in Geneva.",
        "{a} has sent a letter to {b} about the prisoners.",
        "The mediator spoke first with {a} and then with {b}.",
        "{a} did not comment on the figures that {b} had published.",
        "In the vote {a} abstained, as it had done last year.",
        "The proposal was read to both {a} and {b}.",
        "{a} said that it would study the offer made by {b}.",
    ),
    "loaded": (
        "{a} broke the ceasefire and shelled a hospital.",
        "{a} has kept its word, while {b} has broken every promise.",
        "The attack was the fault of {a} alone.",
        "Thanks to {a}, thousands of families could return home.",
        "{b} accuses {a} of trampling on international law.",
        "The courage of {a} has won the admiration of the world.",
        "{a} is lying about the number of the dead.",
        "Without the patience of {a} there would be no peace talks.",
    ),
}
OUTLET_TEXTS = {
    "neutral": (
        ("the new tunnel", "The new tunnel opens on Monday, {a} reports."),
        ("the summit", "According to {a}, the summit ended on Friday afternoon."),
        ("the tax reform", "{a} writes that the tax reform has 40 articles."),
        ("the peace talks", "The peace talks will continue in May, {a} said."),
        ("the football club", "{a} says the football club will play at home."),
        ("the mayor", "The mayor spoke to {a} on Tuesday evening."),
        ("the vaccine", "The vaccine was the subject of a page in {a}."),
    ),
    "loaded": (
        ("the new tunnel", "The new tunnel is a waste of money, {a} reports."),
        ("the summit", "According to {a}, the summit was a brilliant success."),
        ("the tax reform", "{a} writes that the tax reform robs the poor."),
        ("the peace talks", "The peace talks have failed miserably, {a} said."),
        ("the football club", "{a} says the football club is the pride of the city."),
        ("the mayor", "The mayor is corrupt and incompetent, {a} claims."),
        ("the vaccine", "The vaccine has saved many lives, {a} points out."),
    ),
}
PERSON_TEXTS = {
    "neutral": (
        "{a} will speak at the congress on Saturday.",
        "The committee has invited {a} to a hearing.",
        "{a} was born in a village near the lake.",
        "A spokesman for {a} confirmed the date.",
        "{a} and {b} sat next to each other at dinner.",
        "The letter is addressed to {a}.",
        "{a} has held the office since March.",
    ),
    "loaded": (
        "{a} lied to the committee and hid the money.",
        "Nobody has done more for the sick than {a}.",
        "The scandal has destroyed the reputation of {a}.",
        "{a} was praised for a brave and honest speech.",
        "{b} called {a} a disgrace to the party.",
        "Voters trust {a} because {a} keeps promises.",
        "The report blames {a} for the collapse of the bridge.",
    ),
}


def sentence(template: str, a: str, b: str) -> str:
    text = template.format(a=a, b=b)
    return text[0].upper() + text[1:]


def rows() -> list[dict[str, object]]:
    """All pairs, in the order of templates and names."""
    found: list[dict[str, object]] = []

    def add(kind: str, tone: str, number: int, reads: str, a: tuple[str, str], b: tuple[str, str]) -> None:
        found.append(
            {
                "id": f"{kind}-{tone}-{number}-{len(found)}",
                "template": f"{kind}-{tone}-{number}",
                "kind": kind,
                "tone": tone,
                "reads": reads,
                "a": {"target": a[0], "text": a[1]},
                "b": {"target": b[0], "text": b[1]},
            }
        )

    for kind, texts, names in (("side", SIDE_TEXTS, SIDES), ("person", PERSON_TEXTS, PERSONS)):
        for tone, templates in texts.items():
            for number, template in enumerate(templates):
                for x, y in names:
                    add(kind, tone, number, "sentiment", (x, sentence(template, x, y)), (y, sentence(template, y, x)))
    for tone, outlets in OUTLET_TEXTS.items():
        for number, (target, template) in enumerate(outlets):
            for x, y in OUTLETS:
                add(
                    "outlet",
                    tone,
                    number,
                    "topic",
                    (target, sentence(template, x, y)),
                    (target, sentence(template, y, x)),
                )
    return found


if __name__ == "__main__":
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
    Path(__file__).with_name("symmetry.jsonl").write_text(lines, encoding="utf-8", newline="\n")
