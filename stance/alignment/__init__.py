"""Puts claims into the issues they speak to: discovered in the claims themselves, or asked by the user.

    claims ─ read ─▶ vectors and words ─ match ─▶ probabilities ─ propose, assign ─▶ issues

An issue holds a claim and its denial together: matching looks at what a claim speaks to, never at which way.
"""

from stance.alignment.align import ALL_PAIRS_UP_TO, align_claims, ask_claims, rate_claims
from stance.alignment.readers import CrossEncoder, Judge, Matcher

__all__ = ["ALL_PAIRS_UP_TO", "CrossEncoder", "Judge", "Matcher", "align_claims", "ask_claims", "rate_claims"]
