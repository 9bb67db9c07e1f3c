"""Says on stderr how far a long step is, how fast it goes and how long it still takes."""

from __future__ import annotations

import logging
import time

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two lines


class Progress:
    """`what` in the plural ("texts encoded"), of `total`. Call it with how many more are done."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self._begun = self._told = time.monotonic()

    def __call__(self, n: int) -> None:
        self.done += n
        now = time.monotonic()
        if now - self._told >= EVERY and self.done:
            self._told = now
            rate = self.done / (now - self._begun)
            left = int((self.total - self.done) / rate) if rate else 0
            log.info("%d of %d %s, %.0f a second, about %d:%02d left", self.done, self.total, self.what, rate,
                     left // 60, left % 60)
