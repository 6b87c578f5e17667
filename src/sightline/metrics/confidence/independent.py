"""The difference of two scores on different images, from the interval of each.

Method of variance estimates recovery (MOVER; Zou & Donner 2008, Stat. Med. 27, 1693-1702): each bound of the difference takes from either
score the side of its interval that matters. It serves intervals that are not symmetric, such as those of an area near 1.
"""

from __future__ import annotations

from math import hypot

from sightline.results.base import Score


def difference(a: Score, b: Score) -> Score:
    """`a` minus `b`, with the interval of the confidence that both have.

    >>> difference(Score(value=0.9, low=0.87, high=0.92), Score(value=0.8, low=0.76, high=0.84))
    Score(0.100 [0.050, 0.145])

    Args:
        a, b: scores of independent samples.

    Returns:
        Without bounds where one of them has none.
    """
    if a.value is None or b.value is None:
        return Score(value=None, low=None, high=None)
    value = a.value - b.value
    if a.interval is None or b.interval is None:
        return Score(value=value, low=None, high=None)
    low = value - hypot(a.value - a.interval[0], b.interval[1] - b.value)
    high = value + hypot(a.interval[1] - a.value, b.value - b.interval[0])
    return Score(value=value, low=low, high=high)
