"""The framing classifier: how a text stands toward a target, as a calibrated probability or not at all.

One model reads (target, text) pairs. What "favourable" means depends on the task, which is told by a prefix of the
target: sentiment toward a person or body; position on a claim; position on a topic; relation of the text to another
claim. The model sees the target and the text, never who published it."""

from __future__ import annotations

TASKS = ("sentiment", "claim", "topic", "relation")


def target_words(target: str, task: str) -> str:
    """What the model reads in the target's place: the task's prefix and the target."""
    return f"{task}: {target}" if task else target
