"""Whose words each stretch of a document is: the outlet's, somebody's it relays, or somebody's relayed by those.

`attribute` goes through a document once, sentence by sentence, and keeps in mind what a reader keeps in mind: who
spoke last, whose quotation is open, and whether everything here was announced as somebody's ("Source: …").
Confidence falls with the distance from the words that attribute. It does not judge what is said.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stance.records import Document, Passage, Voice
from stance.voices import announced
from stance.voices.clauses import governing_cue, overlap, says_nothing, shift, split_clauses
from stance.voices.cues import find_cues, mask
from stance.voices.holders import Names, is_vague, read_names
from stance.voices.markers import Cue
from stance.voices.phrases import BLANK
from stance.voices.quotes import Quotation, find_quotations, is_speech, overlapping
from stance.voices.speakers import Speaker, speaker_of
from stance.voices.wordclasses import PRONOUN_HOLDERS

UNCERTAIN = 0.5
"""Below this confidence an attribution is uncertain."""


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


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one body passage (by its index in the document)."""

    start: int
    end: int
    passage: int


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
        self.last: Speaker | None = None  # who was last heard
        self.carried: Speaker | None = None  # to whom everything unattributed belongs now
        self.block: Speaker | None = None  # whose announced quotation we are in
        self.block_is_long = self.block_quoted = False
        self.block_age = 0
        self.open: Speaker | None = None  # whose quotation is open across paragraphs
        self.rubric: Speaker | None = None
        self.out: list[Attribution] = []

    # -- the walk --

    def run(self) -> list[Attribution]:
        by_passage: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            by_passage.setdefault(sentence.passage, []).append(sentence)
        rubrics = [p for p in self.document.passages if p.kind == "rubric"]
        self.rubric = next(filter(None, map(self._source, rubrics)), None)  # holds for the lead above it, too
        for index, passage in enumerate(self.document.passages):
            if passage.kind == "body":
                self._passage(passage, by_passage.get(index, []))
                continue
            self.block = self.open = None
            if passage.kind == "rubric":
                self.rubric = self._source(passage) or self.rubric
            elif passage.kind == "question":
                self.last = None
        return self.out

    def _source(self, rubric: Passage) -> Speaker | None:
        """Whom a rubric credits with what follows ("Source: X")."""
        found = announced.find_source(self.text[rubric.start : rubric.end])
        return None if found is None else self._named(rubric.start, found, 0.6)

    def _named(self, offset: int, found: tuple[int, int], confidence: float) -> Speaker:
        """The speaker whose name stands at a span counted from an offset."""
        start, end = offset + found[0], offset + found[1]
        return Speaker(self.names.fullest(self.text[start:end]), confidence, (start, end))

    def _passage(self, passage: Passage, sentences: list[Sentence]) -> None:
        if not sentences:
            return
        text = self.text
        quotes = [q for q in find_quotations(text, passage.start, passage.end) if is_speech(text, q)]
        quotes = [q if q.opened or self.open else self._without_report(q, sentences) for q in quotes]
        beside = [overlapping(quotes, s.start, s.end) for s in sentences]
        masks = [mask(text, s.start, s.end, near) for s, near in zip(sentences, beside, strict=True)]
        cues = [
            [shift(c, s.start) for c in find_cues(m) if c.kind != "label" or self._is_label(m, c)]
            for m, s in zip(masks, sentences, strict=True)
        ]
        spoken = any(
            c.kind in ("say", "quote", "phrase", "label") and c.confidence > 0.8 for found in cues for c in found
        )
        self._age_block(passage, quotes)
        base = self._base(passage, quotes, spoken)
        speakers = self._quote_speakers(passage, sentences, quotes, cues)
        for k, (sentence, masked, found) in enumerate(zip(sentences, masks, cues, strict=True)):
            self._sentence(sentence, masked, found, beside[k], speakers, base)
            if k < 2 and self.carried is None and passage in self.document.passages[:5]:
                summarised = announced.find_summarised(text[sentence.start : sentence.end])
                if summarised:
                    base = self.carried = self._named(sentence.start, summarised, 0.6)
        self._announce(passage, sentences, cues)

    def _without_report(self, q: Quotation, sentences: list[Sentence]) -> Quotation:
        """A quotation whose opening mark is lost, without the sentences that report ("He noted that …")."""
        start = q.start
        for sentence in sentences:
            if sentence.end >= q.end:
                break
            cues = find_cues(mask(self.text, sentence.start, sentence.end, ()))
            if any(c.kind == "say" and c.confidence > 0.85 and not c.trailing for c in cues):
                start = sentence.end
        return q if start == q.start else replace(q, start=start)

    def _is_label(self, masked: str, cue: Cue) -> bool:
        """Whether what stands before a colon speaks after it: a person, or anybody where a quotation follows."""
        holder = masked[cue.holder[0] : cue.holder[1]] if cue.holder else ""
        return masked[cue.span[1] :].lstrip()[:1] == BLANK or self.names.fullest(holder) in self.names.persons

    def _base(self, passage: Passage, quotes: list[Quotation], has_cues: bool) -> Speaker | None:
        """To whom the unattributed words of this passage belong; None: to the outlet."""
        if passage.speaker and passage.speaker != self.document.source:
            named = len(passage.speaker.strip(" .:")) > 1  # "A:" answers, and says nothing of who
            return Speaker(self.names.fullest(passage.speaker) if named else None, 0.95 if named else 0.6)
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
    ) -> dict[Quotation, Speaker]:
        """The speaker of each quotation of a passage."""
        found: dict[Quotation, Speaker] = {}
        for q in quotes:
            speaker = self._direct_speaker(q, sentences, cues)
            if speaker is not None:
                found[q] = speaker
        heard: Speaker | None = None
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
                found[q] = Speaker(None, 0.3)
        if quotes and not quotes[-1].closed and quotes[-1].start - passage.start <= 2 and found[quotes[-1]].name:
            self.open = replace(found[quotes[-1]], confidence=min(0.6, found[quotes[-1]].confidence), cue=None)
        return found

    def _direct_speaker(self, q: Quotation, sentences: list[Sentence], cues: list[list[Cue]]) -> Speaker | None:
        """Whom the sentence that holds the end or the beginning of a quotation credits with it."""
        after: Cue | None = None
        last = bisect.bisect_right(sentences, q.end - 1, key=lambda s: s.start) - 1
        first = max(0, bisect.bisect_right(sentences, q.start, key=lambda s: s.start) - 1)
        for cue in cues[last]:
            distance = cue.span[0] - q.end
            if (
                distance >= -1
                and cue.kind in ("say", "quote", "phrase", "think")
                and distance < (90 if cue.trailing else 40)
            ):
                after = cue
                break
        if after is None and last + 1 < len(sentences) and cues[last + 1]:
            following = sentences[last + 1]  # "…!" Ann Lee wrote on Monday.
            if following.start - q.end <= 2 and says_nothing(
                self.text[following.start : following.end], following.start, cues[last + 1][0]
            ):
                return self._who(cues[last + 1][0])
        before = next((c for c in reversed(cues[first]) if c.span[1] <= q.start + 1), None)
        chosen = after if after is not None and (before is None or after.trailing) else before
        return None if chosen is None else self._who(chosen)

    def _speaker_before(
        self, q: Quotation, passage: Passage, sentences: list[Sentence], cues: list[list[Cue]]
    ) -> Speaker | None:
        """For a quotation without a cue of its own: whoever the sentence before it was about."""
        k = max(0, bisect.bisect_right(sentences, q.start, key=lambda s: s.start) - 1)
        for sentence in sentences[k : k + 1]:
            if sentence.start <= q.start < sentence.end:
                inside = self.names.between(sentence.start, q.start)
                if inside:
                    chosen = inside[-1] if self.text[inside[-1].end : q.start].strip() == ":" else inside[0]
                    return Speaker(chosen.name, 0.5, (chosen.start, chosen.end))
                if k:
                    if cues[k - 1]:
                        return replace(self._who(cues[k - 1][-1]), confidence=0.6)
                    near = self.names.between(sentences[k - 1].start, sentences[k - 1].end)
                    if near:
                        return Speaker(near[0].name, 0.5, (near[0].start, near[0].end))
                return None
        return None

    # -- sentences --

    def _sentence(
        self,
        sentence: Sentence,
        masked: str,
        cues: list[Cue],
        quotes: list[Quotation],
        speakers: dict[Quotation, Speaker],
        base: Speaker | None,
    ) -> None:
        for start, end in split_clauses(masked, sentence.start, cues):
            self._clause(start, end, [c for c in cues if start <= c.span[0] < end], quotes, speakers, base)

    def _clause(
        self,
        start: int,
        end: int,
        cues: list[Cue],
        quotes: list[Quotation],
        speakers: dict[Quotation, Speaker],
        base: Speaker | None,
    ) -> None:
        size = max(1, end - start)
        quoted = [(q, overlap((start, end), (q.start, q.end))) for q in quotes]
        quoted = [(q, n) for q, n in quoted if n > 0]
        share = sum(n for _, n in quoted) / size
        best = governing_cue([c for c in cues if overlap((start, end), c.scope) >= 0.45 * size])
        if best is not None and base is not None and best.kind in ("judge", "think", "show") and best.confidence < 0.85:
            best = None  # inside somebody's speech: what he says of others' stands is his
        if best is not None and share < 0.1 and says_nothing(self.text[start:end], start, best):
            self.last = self._who(best)
            return
        speaker: Speaker | None = None
        if best is not None:
            speaker = self._who(best)
            for q, n in quoted:
                if n / size > 0.5 and q in speakers and not best.trailing and best.span[0] > q.end:
                    speaker = speakers[q]
            self.last = speaker if speaker.name and not is_vague(speaker.name) else self.last
        elif share >= 0.5:
            longest = max(quoted, key=lambda pair: pair[1])[0]
            speaker = speakers.get(longest)
            self.last = speaker if speaker and speaker.name else self.last
        if speaker is None:
            if base is None:
                self.out.append(Attribution(start, end, confidence=0.85 if not cues else 0.7))
            else:
                self.out.append(
                    Attribution(start, end, "reported", base.name, (), base.cue, base.confidence, base.surface)
                )
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
        self.out.append(
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
    ) -> Speaker | None:
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
            return replace(self._who(cue), confidence=0.55)
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
                    return replace(self._who(shift(cue, a)), confidence=0.45)
        return None

    def _who(self, cue: Cue) -> Speaker:
        return speaker_of(cue, self.text, self.names, self.last)

    # -- what was announced --

    def _announce(self, passage: Passage, sentences: list[Sentence], cues: list[list[Cue]]) -> None:
        """A paragraph that ends with a colon hands the word to somebody: for the next paragraph or list, or, where a
        longer quotation is announced ("To quote the report's findings:"), until something else intervenes."""
        text = self.text
        final = text[sentences[-1].start : passage.end].rstrip()
        if not final.endswith((":", "：")):
            return
        at_length = announced.announces(final)
        possessor = announced.find_possessor(final)
        who: Speaker | None = None
        if possessor and at_length:
            who = self._named(sentences[-1].start, possessor, 0.85)
        elif cues[-1] and cues[-1][-1].kind in ("say", "phrase", "quote", "show"):
            who = replace(self._who(cues[-1][-1]), confidence=0.7)
        elif at_length:
            near = self.names.between(sentences[-1].start, passage.end)
            who = Speaker(near[0].name, 0.6, (near[0].start, near[0].end)) if near else None
        if who is not None and who.name:
            self.block, self.block_is_long, self.block_age = who, at_length, 0

    def _age_block(self, passage: Passage, quotes: list[Quotation]) -> None:
        """Ends an announced quotation that has run out."""
        if self.block is None:
            return
        self.block_age += 1
        listed = announced.is_listed(self.text, passage.start)
        quoted = bool(quotes) and quotes[0].start - passage.start <= 2
        if self.block_age > 1 and not listed and (not self.block_is_long or self.block_quoted):
            self.block = None
        self.block_quoted = quoted or (self.block_age > 1 and self.block_quoted)
