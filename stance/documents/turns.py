"""Whose turn it is, by layout: interview questions, speaker labels, rubrics, and the header of a post.

Works on the head of each paragraph; says nothing about attribution inside sentences ("he said"), which is the voices'
affair. A label counts as a speaker only on evidence (a speech mark, a repeated label, a transcript's shape), since
"Kazan Declaration: what is in it" has the same form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stance.documents.residue import QUESTION_MARKS, SPEECH_MARKS

_QUESTION = re.compile(
    r"(?:(?:Q|В)(?:\s?\d{1,2})?[.:]\s|(?i:question|interviewer|journalist|reporter|correspondent|moderator|host|вопрос|"
    r"питання|запитання|ведущий|журналист|журналіст|frage|pregunta|domanda|pytanie|periodista|journaliste)"
    r"(?:\s\d{1,2})?\s*(?:\([^)\n]{1,80}\))?:)\s*"
)
_ANSWER = re.compile(
    r"(?:A(?:\s?\d{1,2})?[.:]\s|(?i:answer|ответ|відповідь|antwort|respuesta|risposta|odpowiedź|réponse)"
    r"(?:\s\d{1,2})?:)\s*"
)
_RUBRIC = re.compile(
    r"(?:sources?|details?|background|reference|quote|context|reminder|previously|for reference|why it matters|"
    r"what happened|what is known|key (?:points|takeaways)|note|update|summary|джерело|деталі|передісторія|нагадаємо|"
    r"дослівно|що відомо|источник|детали|подробности|предыстория|справка|контекст|дословно|quelle|hintergrund|"
    r"einzelheiten|fuente|detalles|contexto|fonte|dettagli|détails|contexte|źródło|szczegóły)"
    r"(?:\s(?:from|by|of|від|от)\s(?P<speaker>[^\W\d_a-z][^:\n]{1,60}))?\s*:\s*",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?:sources?|джерел|источник|quelle|fuente|fonte|źródło)", re.IGNORECASE)
_UPPER = r"A-ZÀ-ÞА-ЯЁІЇЄҐ"
_LABEL = re.compile(
    rf"(?P<name>(?:[{_UPPER}][\w.’'-]*)(?:\s(?:[{_UPPER}][\w.’'-]*|de|del|van|von|der|den|bin|ibn|al|el|la|le|da|di|dos|of|the|and)){{0,7}}"
    r"(?:,\s[^:\n]{2,60}|\s\([^)\n]{2,60}\))?)\s?:\s+(?=\S)|"
    rf"(?P<alone>[{_UPPER}][\w.’'-]*(?:\s[{_UPPER}][\w.’'-]*){{0,4}})\s?:$"
)
_NO_SPEAKER = re.compile(
    r"\b(?:breaking|exclusive|watch|photos?|video|live|opinion|analysis|editorial|explainer|factbox|conclusions?|introduction|summary|example|"
    r"overview|highlights?|updated?|warning|attention|important|chapter|section|part|figure|table|step|option|article|declaration|treaty|"
    r"january|february|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|today|tomorrow|yesterday|subject|topic|agenda|date|time|place|location|venue|tel|phone|fax|e-?mail|address|website|"
    r"price|author|editor|translation|translator|ps|pps|nb|re|fwd)\b",
    re.IGNORECASE,
)

Head = Literal["question", "answer", "rubric", "label"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What the head of a paragraph says about whose words follow.

    length   characters of the label, to be left out of the passage
    speaker  as printed
    """

    head: Head
    length: int
    speaker: str | None = None


def read_turns(paragraphs: Sequence[tuple[str, str]]) -> tuple[list[Turn | None], bool]:
    """The turn that each paragraph opens, if any, and whether the whole reads as a transcript, in which a turn goes on
    until the next.

    paragraphs  (marks before the text, first 200 characters of the text or all of it)"""
    turns: list[Turn | None] = [_read_turn(marks, text) for marks, text in paragraphs]
    names = Counter(turn.speaker for turn in turns if turn and turn.head == "label" and turn.speaker)
    asked = any(turn and turn.head in ("question", "answer") for turn in turns)
    labelled = sum(names.values())
    dialogue = len(names) >= 2 and labelled >= 0.3 * len(turns) and max(names.values(), default=0) >= 2
    for place, (turn, (marks, _)) in enumerate(zip(turns, paragraphs, strict=True)):
        if turn is None or turn.head != "label" or turn.speaker is None or SPEECH_MARKS & set(marks):
            continue
        again = names[turn.speaker] >= 2
        full_name = " " in turn.speaker or turn.speaker.isupper()
        if not (((asked or dialogue) and (place or again)) or (again and full_name)):
            turns[place] = None
    return turns, asked or dialogue


def is_question(marks: str, text: str) -> bool:
    """Whether the paragraph is labelled as an interviewer's question."""
    turn = _read_turn(marks, text)
    return turn is not None and turn.head == "question"


def _read_turn(marks: str, text: str) -> Turn | None:
    if QUESTION_MARKS & set(marks):
        match = _QUESTION.match(text)
        return Turn("question", match.end() if match else 0)
    if ":" not in text[:140] and text[:2] not in ("Q.", "A.", "В."):
        return None
    if match := _QUESTION.match(text):
        return Turn("question", match.end())
    if match := _ANSWER.match(text):
        return Turn("answer", match.end(), text[: match.end()].strip(" .:"))
    if match := _RUBRIC.match(text):
        whole = _SOURCE.match(text) and len(text) < 200
        return Turn("rubric", len(text) if whole else match.end(), match["speaker"])
    if match := _LABEL.match(text):
        name = match["name"] or match["alone"]
        rest = text[match.end() :]
        if _NO_SPEAKER.search(name) or any(map(str.isdigit, name)) or (rest and not any(map(str.isalpha, rest))):
            return None
        return Turn("label", match.end(), name)
    return None
