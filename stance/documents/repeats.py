"""Who relays whom: the same words, or nearly, in several documents.

Passages are compared by the Jaccard similarity of their word triples. Candidates come from MinHash signatures in
locality-sensitive bands (Broder 1997; rensa), and every one is verified on the words themselves. A group is gathered
around its earliest print, so that a chain of ever looser copies does not join strangers. Exact second prints within
one file are gone by then (`cleaning`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stance.records import Document, Print, Relay

# From here on two passages are one text: one changed word in twelve still passes, two reports of one event don't.
MIN_SIMILARITY = 0.6
# Shorter passages agree by chance ("The two sides agreed to meet again").
MIN_WORDS = 12
_SHINGLE = 3
_SEED = 20241024
# 32 bands of 4 rows: a pair at the threshold is found with probability .99, one at .3 looked at in .23 of the cases.
_PERMUTATIONS, _BANDS = 128, 32
_WORD = re.compile(r"\w+")


def find_relays(documents: Sequence[Document]) -> list[Relay]:
    """Groups of near-identical body passages across documents, whatever the order the documents come in.

    Linear in the number of passages: only the first print of each group is compared with new ones."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(MIN_SIMILARITY, _PERMUTATIONS, _BANDS)
    firsts: list[frozenset[str]] = []
    groups: list[list[tuple[Document, Print, float]]] = []
    for document in sorted(documents, key=lambda d: (d.published or "9999", d.source, d.id)):
        for passage in document.passages:
            shingles = _shingle(document.text[passage.start : passage.end]) if passage.kind == "body" else frozenset()
            if len(shingles) < MIN_WORDS - _SHINGLE + 1:
                continue
            signature = RMinHash(_PERMUTATIONS, _SEED)
            signature.update(sorted(shingles))
            similarity, place = max(
                ((_jaccard(shingles, firsts[key]), -key) for key in index.query(signature)), default=(0.0, 0)
            )
            printed = Print(document.id, passage.start, passage.end)
            if similarity >= MIN_SIMILARITY:
                groups[-place].append((document, printed, similarity))
            else:
                index.insert(len(groups), signature)
                firsts.append(shingles)
                groups.append([(document, printed, 1.0)])
    return [_make_relay(group) for group in groups if len({document.id for document, _, _ in group}) > 1]


def _shingle(text: str) -> frozenset[str]:
    words = _WORD.findall(text.casefold())
    return frozenset(" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def _make_relay(group: Sequence[tuple[Document, Print, float]]) -> Relay:
    first = group[0][0]
    others = [document.published for document, _, _ in group if document.id != first.id]
    # A day and a time on that day can't be put in order: compare days unless both are exact.
    is_dated = bool(first.published) and all(other and _is_earlier(first.published or "", other) for other in others)
    return Relay(tuple(printed for _, printed, _ in group), round(min(s for _, _, s in group), 4), is_dated)


def _is_earlier(a: str, b: str) -> bool:
    return a < b if "T" in a and "T" in b else a[:10] < b[:10]
