"""Whose words each stretch of a document is: the outlet's, somebody's it relays, or somebody's relayed by those.

`attribute` goes through a document once, sentence by sentence, and keeps in mind what a reader keeps in mind: who
spoke last, whose quotation is open, and whether everything here was announced as somebody's ("Source: …").
Confidence falls with the distance from the words that attribute. It does not judge what is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stance.records import Document, Passage, Voice
from stance.voices.clauses import governing_cue, overlap, says_nothing, split_clauses
from stance.voices.cues import find_cues, mask
from stance.voices.holders import Names, is_vague, read_names, role_of
from stance.voices.markers import Cue
from stance.voices.quotes import Quotation, find_quotations, is_speech
from stance.voices.wordclasses import PRONOUN_HOLDERS

UNCERTAIN = 0.5
"""Below this confidence an attribution is uncertain."""

_SOURCE = re.compile(r"^\W*(?:source|sources|according to|quoting|citing)\s*[:：]\s*(?P<who>.+?)[\s.,;:]*$", re.I)
_ANNOUNCED = re.compile(
    r"\b(?:quot(?:e|es|ing|ed)|in (?:his|her|their|its|the) (?:own )?words|key (?:takeaways|findings|points)|"
    r"following|as follows|full text|statement reads|talking points)\b",
    re.I,
)
_POSSESSOR = re.compile(
    r"(?P<who>[A-Z][\w.’'-]*(?:[ -][\w.’'-]+){0,6}?)['’]s? (?:\w+ ){0,2}?(?i:key |opening |closing |full )?"
    r"(?i:remarks|statement|speech|address|interview|greetings?|article|comments?|answers|takeaways|findings|"
    r"points|report|words|letter|message|conclusions|assessment|briefing|op-ed|testimony)\b"
)
_SUMMARY = re.compile(
    r"^(?:According to|Citing|As (?:stated|reported) (?:in|by)) (?:an? |the )?(?:\w+ )*?(?:statement|report|press release|"
    r"summary|communiqu[eé]|review|briefing|note|release|announcement|document|paper) "
    r"(?:(?:issued|published|released) )?(?:from|by|of) (?:the )?(?P<who>[A-Z][\w’'-]*(?: (?:of|for|and|the|[A-Z][\w’'-]*))*)"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words of one claim: `text[start:end]` of the document, and whose they are.

    surface  span of the noun phrase that the text prints for the holder here ("he"), where there is one
    """

    start: int
    end: int
    voice: Voice = "own"
    holder: str | None = None
    via: tuple[str, ...] = ()
    cue: tuple[int, int] | None = None
    confidence: float = 0.8
    surface: tuple[int, int] | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one body passage (by its index in the document)."""

    start: int
    end: int
    passage: int


@dataclass(frozen=True, slots=True)
class _Speaker:
    name: str | None
    confidence: float
    surface: tuple[int, int] | None = None
    cue: tuple[int, int] | None = None


def attribute(document: Document, sentences: Sequence[Sentence]) -> list[Attribution]:
    """One attribution, or several where a sentence holds claims of several holders, for each sentence, in order."""
    return _Reader(document, sentences).run()


class _Reader:
    """The state of reading one document."""

    def __init__(self, document: Document, sentences: Sequence[Sentence]) -> None:
        self.text = document.text
        self.document = document
        self.sentences = sentences
        self.names: Names = read_names(self.text, [(p.start, p.end) for p in document.passages])
        self.last: _Speaker | None = None  # who was last heard
        self.carried: _Speaker | None = None  # to whom everything unattributed belongs now
        self.block: _Speaker | None = None  # whose announced quotation we are in
        self.block_is_long = self.block_quoted = False
        self.block_age = 0
        self.open: _Speaker | None = None  # whose quotation is open across paragraphs
        self.rubric: _Speaker | None = None
        self.out: list[Attribution] = []

    # -- the walk --

    def run(self) -> list[Attribution]:
        by_passage: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            by_passage.setdefault(sentence.passage, []).append(sentence)
        for passage in self.document.passages:
            match = _SOURCE.match(self.text[passage.start : passage.end]) if passage.kind == "rubric" else None
            if match:
                self.rubric = _Speaker(self.names.fullest(match["who"]), 0.6, None, (passage.start, passage.end))
                break
        for index, passage in enumerate(self.document.passages):
            if passage.kind != "body":
                self._layout(passage)
                continue
            self._passage(passage, by_passage.get(index, []))
        return self.out

    def _layout(self, passage: Passage) -> None:
        words = self.text[passage.start : passage.end]
        self.block = self.open = None
        if passage.kind == "rubric":
            match = _SOURCE.match(words)
            if match:
                self.rubric = _Speaker(self.names.fullest(match["who"]), 0.6, None, (passage.start, passage.end))
        elif passage.kind == "question":
            self.last = None
        if passage.kind in ("title", "heading"):
            match = _POSSESSOR.search(words)
            if match:
                who = self.names.fullest(match["who"])
                self.carried = _Speaker(
                    who, 0.55, (passage.start + match.start("who"), passage.start + match.end("who"))
                )

    def _passage(self, passage: Passage, sentences: list[Sentence]) -> None:
        if not sentences:
            return
        text = self.text
        quotes = [q for q in find_quotations(text, passage.start, passage.end) if is_speech(text, q)]
        masks = [mask(text, s.start, s.end, quotes) for s in sentences]
        cues = [[_shift(c, s.start) for c in find_cues(m)] for m, s in zip(masks, sentences, strict=True)]
        spoken = any(c.kind in ("say", "quote", "phrase") and c.confidence > 0.8 for found in cues for c in found)
        self._age_block(passage, quotes)
        base = self._base(passage, quotes, spoken)
        speakers = self._quote_speakers(passage, sentences, quotes, cues)
        for k, (sentence, masked, found) in enumerate(zip(sentences, masks, cues, strict=True)):
            self._sentence(sentence, masked, found, quotes, speakers, base)
            if k < 2 and self.carried is None and passage in self.document.passages[:5]:
                opening = _SUMMARY.match(text[sentence.start : sentence.end])
                if opening:
                    at = sentence.start + opening.start("who")
                    base = self.carried = _Speaker(
                        self.names.fullest(opening["who"]), 0.6, (at, at + len(opening["who"]))
                    )
        self._announce(passage, sentences, cues)

    def _base(self, passage: Passage, quotes: list[Quotation], has_cues: bool) -> _Speaker | None:
        """To whom the unattributed words of this passage belong; None: to the outlet."""
        if passage.speaker and passage.speaker != self.document.source:
            return _Speaker(self.names.fullest(passage.speaker), 0.95)
        begins_quoted = bool(quotes) and quotes[0].start - passage.start <= 2
        if self.open is not None:
            if begins_quoted or has_cues:
                self.open = None
            else:
                speaker = self.open
                self.open = replace(speaker, confidence=max(0.4, speaker.confidence - 0.1))
                if quotes and not quotes[-1].opened:
                    self.open = None
                return speaker
        return self.block or self.carried or self.rubric

    # -- quotations --

    def _quote_speakers(
        self, passage: Passage, sentences: list[Sentence], quotes: list[Quotation], cues: list[list[Cue]]
    ) -> dict[Quotation, _Speaker]:
        """The speaker of each quotation of a passage."""
        found: dict[Quotation, _Speaker] = {}
        for q in quotes:
            speaker = self._direct_speaker(q, sentences, cues)
            if speaker is not None:
                found[q] = speaker
        heard: _Speaker | None = None
        for q in quotes:
            if q in found:
                heard = found[q]
            elif heard is not None:
                found[q] = replace(heard, confidence=min(heard.confidence, 0.8), cue=None)
        following = next((found[q] for q in quotes if q in found), None)
        for q in quotes:
            if q in found:
                continue
            leading_in = self._speaker_before(q, passage, sentences, cues)
            if leading_in is not None:
                found[q] = leading_in
            elif following is not None:
                found[q] = replace(following, confidence=0.65, cue=None)
            elif self.block or self.carried:
                carrier = self.block or self.carried
                assert carrier is not None
                found[q] = replace(carrier, confidence=min(carrier.confidence, 0.6))
            elif self.last is not None:
                found[q] = replace(self.last, confidence=min(self.last.confidence, 0.6), cue=None)
            else:
                found[q] = _Speaker(None, 0.3)
        if quotes and not quotes[-1].closed and quotes[-1].start - passage.start <= 2 and found[quotes[-1]].name:
            self.open = replace(found[quotes[-1]], confidence=min(0.6, found[quotes[-1]].confidence), cue=None)
        return found

    def _direct_speaker(self, q: Quotation, sentences: list[Sentence], cues: list[list[Cue]]) -> _Speaker | None:
        after: Cue | None = None
        before: Cue | None = None
        for sentence, found in zip(sentences, cues, strict=True):
            if sentence.start < q.end <= sentence.end + 1:
                after = next(
                    (
                        c
                        for c in found
                        if c.span[0] >= q.end - 1
                        and c.kind in ("say", "quote", "phrase", "think")
                        and c.span[0] - q.end < 90
                        and (c.trailing or c.span[0] - q.end < 40)
                    ),
                    None,
                )
            if (
                0 <= sentence.start - q.end <= 2
                and found
                and after is None
                and says_nothing(self.text[sentence.start : sentence.end], sentence.start, found[0])
            ):
                return self._speaker(found[0])
            if sentence.start <= q.start < sentence.end:
                before = next((c for c in reversed(found) if c.span[1] <= q.start + 1), None)
        cue = after if after is not None and (before is None or after.trailing) else before
        if cue is None:
            return None
        return self._speaker(cue)

    def _speaker_before(
        self, q: Quotation, passage: Passage, sentences: list[Sentence], cues: list[list[Cue]]
    ) -> _Speaker | None:
        """For a quotation without a cue of its own: whoever the sentence before it was about."""
        for k, sentence in enumerate(sentences):
            if sentence.start <= q.start < sentence.end:
                inside = self.names.between(sentence.start, q.start)
                if inside:
                    chosen = inside[-1] if self.text[inside[-1].end : q.start].strip() == ":" else inside[0]
                    return _Speaker(chosen.name, 0.5, (chosen.start, chosen.end))
                if k:
                    if cues[k - 1]:
                        return replace(self._speaker(cues[k - 1][-1]), confidence=0.6)
                    near = self.names.between(sentences[k - 1].start, sentences[k - 1].end)
                    if near:
                        return _Speaker(near[0].name, 0.5, (near[0].start, near[0].end))
                return None
        return None

    # -- sentences --

    def _sentence(
        self,
        sentence: Sentence,
        masked: str,
        cues: list[Cue],
        quotes: list[Quotation],
        speakers: dict[Quotation, _Speaker],
        base: _Speaker | None,
    ) -> None:
        for start, end in split_clauses(masked, sentence.start, cues):
            self._clause(start, end, [c for c in cues if start <= c.span[0] < end], quotes, speakers, base)

    def _clause(
        self,
        start: int,
        end: int,
        cues: list[Cue],
        quotes: list[Quotation],
        speakers: dict[Quotation, _Speaker],
        base: _Speaker | None,
    ) -> None:
        size = max(1, end - start)
        quoted = [(q, overlap((start, end), (q.start, q.end))) for q in quotes]
        quoted = [(q, n) for q, n in quoted if n > 0]
        share = sum(n for _, n in quoted) / size
        best = governing_cue([c for c in cues if overlap((start, end), c.scope) >= 0.45 * size])
        if best is not None and base is not None and best.kind in ("judge", "think", "show") and best.confidence < 0.85:
            best = None  # inside somebody's speech: what he says of others' stands is his
        if best is not None and share < 0.1 and says_nothing(self.text[start:end], start, best):
            self.last = self._speaker(best)
            return
        speaker: _Speaker | None = None
        if best is not None:
            speaker = self._speaker(best)
            for q, n in quoted:
                if n / size > 0.5 and q in speakers and not best.trailing and best.span[0] > q.end:
                    speaker = speakers[q]
            self.last = speaker if speaker.name else self.last
        elif share >= 0.5:
            longest = max(quoted, key=lambda pair: pair[1])[0]
            speaker = speakers.get(longest)
            self.last = speaker if speaker and speaker.name else self.last
        if speaker is None:
            if base is None:
                self._emit(Attribution(start, end, confidence=0.85 if not cues else 0.7))
            else:
                self._emit(Attribution(start, end, "reported", base.name, (), base.cue, base.confidence, base.surface))
            return
        inner = self._inner(start, end, cues, best, quoted)
        chain = [s for s in (base, speaker, inner) if s is not None and s.name]
        names: list[str] = []
        for s in chain:
            assert s.name is not None
            if s.name not in names:
                names.append(s.name)
        last = chain[-1] if chain else speaker
        confidence = min([s.confidence for s in chain] or [speaker.confidence])
        if speaker is not None and base is not None and speaker.name and inner is None:
            confidence = speaker.confidence
        self._emit(
            Attribution(
                start,
                end,
                "nested" if len(names) > 1 else "reported",
                names[-1] if names else None,
                tuple(names[:-1]),
                last.cue or (best.span if best else None),
                confidence,
                last.surface,
            )
        )

    def _inner(
        self, start: int, end: int, cues: list[Cue], best: Cue | None, quoted: list[tuple[Quotation, int]]
    ) -> _Speaker | None:
        """A further speaker inside what is attributed: "X noted that Y had said …"."""
        for cue in cues:
            if (
                best is None
                or cue is best
                or cue.holder is None
                or not (cue.kind in ("say", "noun", "phrase") or (cue.kind == "show" and cue.confidence > 0.8))
            ):
                continue
            if cue.trailing or (cue.span[0] < best.span[1] and not best.trailing):
                continue
            if best.trailing and (cue.kind != "say" or cue.confidence < 0.9):
                continue
            if self.text[cue.holder[0] : cue.holder[1]].lower() in PRONOUN_HOLDERS:
                continue
            if cue.holder == best.holder or overlap((start, end), cue.scope) < 0.3 * (end - start):
                continue
            return replace(self._speaker(cue), confidence=0.55)
        for q, n in quoted:
            if n < 0.6 * (end - start):
                continue
            a, b = max(start, q.start + 1), min(end, q.end)
            words = self.text[a:b]
            inner_quotes = [
                Quotation(i.start, i.end) for i in find_quotations(self.text, a, b) if is_speech(self.text, i)
            ]
            for cue in find_cues(mask(self.text, a, b, inner_quotes)):
                if cue.kind not in ("say", "phrase") or cue.holder is None:
                    continue
                who = words[cue.holder[0] : cue.holder[1]]
                if not who[:1].isupper() or who.lower() in PRONOUN_HOLDERS:
                    continue
                if cue.scope[1] - cue.scope[0] >= 0.6 * (b - a):
                    return replace(self._speaker(_shift(cue, a)), confidence=0.45)
        return None

    def _emit(self, attribution: Attribution) -> None:
        self.out.append(attribution)

    # -- who --

    def _speaker(self, cue: Cue) -> _Speaker:
        if cue.holder is None:
            return _Speaker(self.last.name if self.last else None, min(cue.confidence, 0.45), None, cue.span)
        start, end = cue.holder
        surface = self.text[start:end]
        low = surface.lower().replace("’", "'").split("'")[0]
        if low in ("he", "she", "his", "her", "him"):
            name = self._person_before(start, "f" if low in ("she", "her") else "m")
            return _Speaker(name or surface, min(cue.confidence, 0.7 if name else 0.35), cue.holder, cue.span)
        if low in ("they", "it", "their", "its", "both", "who", "which"):
            if self.last is not None and self.last.name and self.last.name not in self.names.persons:
                return _Speaker(self.last.name, min(cue.confidence, 0.55), cue.holder, cue.span)
            return _Speaker(surface, min(cue.confidence, 0.35), cue.holder, cue.span)
        named = next(
            (m for m in self.names.between(end + 2, end + 12) if self.text[end : m.start] in (", ", " — ", " (")), None
        )
        if named is not None and self.text[named.end : named.end + 1] in ",.)—" and not self.names.between(start, end):
            return _Speaker(named.name, cue.confidence, cue.holder, cue.span)
        role = role_of(surface)
        if role is not None and not is_vague(surface):
            name = self._bearer(role, start)
            if name:
                return _Speaker(name, min(cue.confidence, 0.65), cue.holder, cue.span)
        return _Speaker(self.names.fullest(surface), cue.confidence, cue.holder, cue.span)

    def _person_before(self, position: int, gender: str) -> str | None:
        def fits(name: str) -> bool:
            return self.names.genders.get(name, gender) == gender

        persons = self.names.persons
        if (
            self.last is not None
            and self.last.name in persons
            and self.last.surface is not None
            and position - self.last.surface[0] < 500
            and fits(self.last.name or "")
        ):
            return self.last.name
        near = [m for m in self.names.between(position - 600, position) if fits(m.name)]
        if near:
            sentence_start = max(self.text.rfind(".", 0, position), self.text.rfind("\n", 0, position))
            inside = [m for m in near if m.start > sentence_start]
            if inside:
                return inside[0].name
            previous = max(
                self.text.rfind(". ", 0, max(sentence_start, 0)), self.text.rfind("\n", 0, max(sentence_start, 0))
            )
            earlier = [m for m in near if m.start > previous]
            return (earlier or near[-1:])[0].name
        return (
            self.last.name
            if self.last is not None and self.last.name in persons and fits(self.last.name or "")
            else None
        )

    def _bearer(self, role: str, position: int) -> str | None:
        known = [m for m in self.names.roles.get(role, []) if m.start < position]
        if known:
            return known[-1].name
        persons = self.names.persons
        if (
            role in ("source", "interlocutor", "expert", "official", "speaker", "analyst", "author")
            and self.last is not None
            and self.last.name in persons
        ):
            return self.last.name
        return None

    # -- what was announced --

    def _announce(self, passage: Passage, sentences: list[Sentence], cues: list[list[Cue]]) -> None:
        """A paragraph that ends with a colon hands the word to somebody: for the next paragraph or list, or, where a
        longer quotation is announced ("To quote the report's findings:"), until something else intervenes."""
        text = self.text
        final = text[sentences[-1].start : passage.end].rstrip()
        if not final.endswith((":", "：")):
            return
        announced = _ANNOUNCED.search(final)
        possessor = _POSSESSOR.search(final)
        who: _Speaker | None = None
        if possessor and announced:
            at = sentences[-1].start + possessor.start("who")
            name = re.sub(r"^(?:To quote|Quoting|From) (?:the )?", "", possessor["who"])
            who = _Speaker(self.names.fullest(name), 0.85, (at, at + len(possessor["who"])))
        elif cues[-1] and cues[-1][-1].kind in ("say", "phrase", "quote", "show"):
            who = replace(self._speaker(cues[-1][-1]), confidence=0.7)
        elif announced:
            near = self.names.between(sentences[-1].start, passage.end)
            who = _Speaker(near[0].name, 0.6, (near[0].start, near[0].end)) if near else None
        if who is not None and who.name:
            self.block, self.block_is_long = who, announced is not None
            self.block_age = 0

    def _age_block(self, passage: Passage, quotes: list[Quotation]) -> None:
        """Ends an announced quotation that has run out."""
        if self.block is None:
            return
        self.block_age += 1
        line = self.text[self.text.rfind("\n", 0, passage.start) + 1 : passage.start]
        listed = bool(re.search(r"[•·▪◦‣*–—-]|\d[.)]", line))
        quoted = bool(quotes) and quotes[0].start - passage.start <= 2
        if self.block_age > 1 and not listed and (not self.block_is_long or self.block_quoted):
            self.block = None
        self.block_quoted = quoted or (self.block_age > 1 and self.block_quoted)


def _shift(cue: Cue, by: int) -> Cue:
    holder = None if cue.holder is None else (cue.holder[0] + by, cue.holder[1] + by)
    return replace(
        cue, span=(cue.span[0] + by, cue.span[1] + by), holder=holder, scope=(cue.scope[0] + by, cue.scope[1] + by)
    )
