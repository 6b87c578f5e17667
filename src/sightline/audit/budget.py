"""The time limit of an audit: if time is short, fewer images are used, and every number says how many."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator


class Budget:
    """A clock that runs from the moment it is made.

    Args:
        seconds: in all.
        clock: seconds since some moment.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.clock = seconds, clock
        self.start = clock()

    @property
    def spent(self) -> float:
        """Seconds since it was made."""
        return self.clock() - self.start

    @property
    def left(self) -> float:
        """Seconds, never below zero."""
        return max(0.0, self.seconds - self.spent)

    def chunks(self, count: int, share: float, size: int) -> Iterator[slice]:
        """Parts of `count` items, until a share of the time that is left has passed. The first part always comes.

        >>> list(Budget(10).chunks(5, 0.5, 2))
        [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]

        Args:
            count: of items.
            share: of the time that is left now.
            size: of a part.
        """
        limit = self.spent + share * self.left
        for start in range(0, count, size):
            if start and self.spent >= limit:
                return
            yield slice(start, min(start + size, count))
