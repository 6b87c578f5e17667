"""Bias-corrected and accelerated percentiles: which percentiles of the bootstrap samples bound a score that is biased or skewed.

Source: Efron 1987, J. Am. Stat. Assoc. 82(397), eq. 2.3 with the jackknife's acceleration, eq. 6.6.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

_FEWEST = 2  # bootstrap samples beyond a bound; with fewer it is the outermost sample, which is chance


def bca_levels(value: float, samples: NDArray[Any], knife: NDArray[Any], levels: tuple[float, float]) -> tuple[float, float]:
    """The percentiles to read off instead of `levels`.

    With z0 the normal quantile of the share of samples below the value (a tie counts half) and a the acceleration, the level p becomes
    Phi(z0 + (z0 + z_p) / (1 - a (z0 + z_p))). Where this is undefined (all samples on one side, a jackknife that does not move) or not
    stable (the correction turns the order round, or leaves fewer than two samples beyond a bound) the levels stay as they are.

    Args:
        value: the score.
        samples: (R,) bootstrap samples of it.
        knife: (G,) the score without each image, or each group.
        levels: in (0, 1), such as (0.025, 0.975).
    """
    away = knife.mean() - knife  # (G,)
    spread = np.square(away).sum()
    share = ((samples < value).mean() + (samples <= value).mean()) / 2
    if not 0 < share < 1 or spread <= 1e-24 * len(knife) * max(1.0, value**2):  # rounding alone
        return levels
    acceleration = (away**3).sum() / (6 * spread**1.5)
    bias = ndtri(share)
    moved = bias + ndtri(np.array(levels))
    scale = 1 - acceleration * moved
    if scale.min() <= 0:
        return levels
    low, high = ndtr(bias + moved / scale)
    return (float(low), float(high)) if min(low, 1 - high) * len(samples) >= _FEWEST else levels
