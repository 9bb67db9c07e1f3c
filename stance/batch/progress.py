"""Says on stderr how far a long step is, how fast it goes and how long it still takes."""

from __future__ import annotations

import logging
import time

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two lines
SURE = 60.0  # seconds after which the rate so far foretells the rest, if a hundredth is not done before


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
            passed = now - self._begun
            rate = self.done / passed
            foretold = ""
            if passed >= SURE or self.done * 100 >= self.total:
                left = int((self.total - self.done) / rate)
                foretold = f", about {left // 60}:{left % 60:02d} left"
            log.info("%d of %d %s, %.*f a second%s", self.done, self.total, self.what, 1 if rate < 10 else 0, rate,
                     foretold)
