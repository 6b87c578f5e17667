"""Corrections for many comparisons: of twenty arms that are no better, one looks better at p < 0.05.

Holm's correction answers which comparisons hold, with any dependence between them. An interval for each that all hold together needs the
confidence of `simultaneous`. Holm's is the sharper of the two, so that it may find a difference whose simultaneous interval holds 0.

Source: Holm 1979, Scand. J. Stat. 6, 65-70.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sightline.metrics.confidence.bootstrap import Key


def holm(p: Mapping[Key, float | None]) -> dict[Key, float | None]:
    """p values corrected for their number: a comparison whose corrected p is below 0.05 holds among all of them.

    The k-th smallest of m is multiplied by m - k + 1; then it is at least as large as the one before it, and at most 1.

    Args:
        p: comparison -> p; None is a comparison that could not be made, and does not count.

    Example:
        >>> import sightline as sl
        >>> sl.metrics.holm({"energy": 0.01, "dice": 0.2, "kl": 0.03, "l2": None})
        {'energy': 0.03, 'dice': 0.2, 'kl': 0.06, 'l2': None}
    """
    made = sorted((value, place, name) for place, (name, value) in enumerate(p.items()) if value is not None)
    raised = np.minimum(1, np.maximum.accumulate([value * (len(made) - k) for k, (value, _, _) in enumerate(made)]))
    corrected = {name: float(value) for (_, _, name), value in zip(made, raised, strict=True)}
    return {name: corrected.get(name) for name in p}


def simultaneous(confidence: float, comparisons: int) -> float:
    """The confidence that each of several intervals needs for all of them to hold at `confidence` (Bonferroni).

    >>> round(simultaneous(0.95, 5), 6)
    0.99
    """
    return 1 - (1 - confidence) / max(1, comparisons)
