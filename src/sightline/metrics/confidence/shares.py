"""Intervals of shares of which the bootstrap knows nothing: of 0 of n, and of all of n.

All bootstrap samples of such a share agree, so that its percentile interval has no width, although few images cannot be that sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt

from scipy.special import ndtri

from sightline.results.base import Score

WILSON = "wilson"  # the method of such an interval


def wilson(share: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share of n.

    Example:
        >>> import sightline as sl
        >>> low, high = sl.metrics.wilson(1.0, 20)
        >>> round(low, 4), high
        (0.8389, 1.0)
    """
    z = float(ndtri((1 + confidence) / 2))
    middle, reach = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - reach) / (1 + z * z / n)), min(1.0, (middle + reach) / (1 + z * z / n))


def with_width(score: Score, n: int | Sequence[int], confidence: float) -> Score:
    """The same with Wilson's interval, where its own has no width because the share is 0 or 1.

    >>> with_width(Score(value=0, low=0, high=0), 20, 0.95)
    Score(0.000 [0.000, 0.161])

    Args:
        n: how many it is a share of, images or patients; of a mean of several shares, each of them. Its distance to the bound is that of
            their mean, whose parts come from different images: the root of the sum of their squares, divided by their number.
        confidence: of the interval.
    """
    parts = (n,) if isinstance(n, int) else tuple(n)
    if score.value not in (0, 1) or not parts or 0 in parts or score.interval is None or score.low != score.high:
        return score
    low, high = zip(*(wilson(score.number, part, confidence) for part in parts), strict=True)
    below, above = (hypot(*(end - score.number for end in ends)) / len(parts) for ends in (low, high))
    return score.but(low=max(0.0, score.number - below), high=min(1.0, score.number + above), method=WILSON)
