"""Where claims of one issue state different numbers, different days or opposite statuses of one thing.

    documents, claims, issues ─ find_conflicts ─▶ conflicts, with the span of either side

numbers   "36 countries" / "35 countries"         context   what a statement is said of: verb, words, names, days
dates     "on 23 October" / "on 24 October"       find      which statements differ
statuses  "the bill passed" / "was rejected"

Rules over words, no models. It prefers to miss a conflict over flagging one that is none, and never says who is right.
"""

from stance.conflicts.find import find_conflicts

__all__ = ["find_conflicts"]
