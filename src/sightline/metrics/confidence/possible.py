"""The possible values of a score, and intervals cut to them.

With two or three seeds Student's quantiles are so large that an interval of an area under the curve may reach from -3 to 4. Its true value
is known to lie between 0 and 1, so the part of the interval outside is dropped, which leaves its coverage as it is: an interval is cut
only with what was certain beforehand, never narrowed further. One that holds all that is possible says nothing and is not given.
"""

from __future__ import annotations

from sightline.results.study import OverSeeds

Range = tuple[float, float]
SHARE: Range = (0.0, 1.0)  # of an accuracy, an area under a curve, a share of energy, an overlap
GAP: Range = (-1.0, 1.0)  # of a difference of two of these


def of_difference(scores: Range) -> Range:
    """Where the difference of two scores can lie.

    >>> of_difference(SHARE)
    (-1.0, 1.0)
    """
    return scores[0] - scores[1], scores[1] - scores[0]


def within(found: OverSeeds, possible: Range | None) -> OverSeeds:
    """The same with the interval cut to the possible values; without an interval if it includes all of them.

    Args:
        possible: None: any number is.
    """
    if possible is None or found.interval is None:
        return found
    low, high = found.interval
    if low <= possible[0] and high >= possible[1]:
        return found.but(low=None, high=None)
    return found.but(low=max(low, possible[0]), high=min(high, possible[1]))


def excludes_nothing(found: OverSeeds, possible: Range | None) -> bool:
    """Whether there is an interval and it includes all possible values."""
    return found.low is not None and within(found, possible).low is None
