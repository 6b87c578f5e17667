"""The area under the ROC curve with its variance in closed form, and the test of two areas on the same images.

DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44) write an area as a mean of placements: of each positive, the share of negatives below
it, and of each negative, the share of positives above it, ties counting half. The placements' covariance gives that of the areas. Where
images belong to patients, Obuchowski 1997 (Biometrics 53, 567-578) sums the placements of each patient first and adds the covariance
between a patient's positives and negatives; with one image per patient that is DeLong's own formula, so there is one code for both.

The intervals are normal ones. They fail where an area is near 1 or a class has few images; at an area of 1 the variance is 0, and neither
interval nor test says anything. The bootstrap serves scores other than a two-class AUC.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm, rankdata

from sightline.metrics.confidence.bootstrap import Array, Groups, clusters, none_if_nan, ratio
from sightline.results.base import Score
from sightline.results.differences import AreaTest


def placements(scores: Array, positive: Array) -> Array:
    """Of each positive the share of negatives that it beats, of each negative the share of positives that beat it.

    Args:
        scores: (K, N), K classifiers on the same images.
        positive: (N,) bool.

    Returns:
        (K, N); NaN with one class only. The mean over the positives, as well as that over the negatives, is the area.
    """
    placed = rankdata(scores, axis=1)  # midranks among all, (K, N)
    for mine, others in ((positive, ~positive), (~positive, positive)):
        below = placed[:, mine] - rankdata(scores[:, mine], axis=1)  # of the other class, ties half
        placed[:, mine] = below / others.sum() if others.any() else np.nan
    placed[:, ~positive] = 1 - placed[:, ~positive]
    result: Array = placed
    return result


def areas(scores: Array, positive: Array, *, groups: Groups | None = None) -> tuple[Array, Array]:
    """Areas under the ROC curves of K classifiers on the same images, and their covariance.

    Args:
        scores: (K, N), finite.
        positive: (N,) bool.
        groups: patient or lesion of each image, whose images err together.

    Returns:
        (K,) areas, NaN with one class only; (K, K) covariance, NaN also where a class comes from one group only.
    """
    positive = np.asarray(positive, dtype=bool)
    placed = placements(np.asarray(scores, dtype=np.float64), positive)  # (K, N)
    area = ratio(placed[:, positive].sum(axis=1), positive.sum())  # (K,)
    cluster = clusters(len(positive), groups)
    sums, factors = [], [_unbiased(len(np.unique(cluster)))]
    for mine in (positive, ~positive):
        away = (placed[:, mine] - area[:, None]) / max(1, mine.sum())  # (K, M)
        sums.append(np.stack([np.bincount(cluster[mine], weights=row, minlength=len(positive)) for row in away]))  # (K, M) -> (K, G)
        factors.append(_unbiased(len(np.unique(cluster[mine]))))
    (pos, neg), (both, of_pos, of_neg) = sums, factors
    cross = pos @ neg.T  # of images of one patient; 0 where every image stands alone
    return area, of_pos * pos @ pos.T + of_neg * neg @ neg.T + both * (cross + cross.T)


def area_interval(scores: Array, positive: Array, *, groups: Groups | None = None, confidence: float = 0.95) -> Score:
    """The area under one ROC curve with its interval, kept within [0, 1]. Arguments as in `areas`, with scores (N,).

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.area_interval(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
        Score(0.750 [0.057, 1.000])
    """
    area, covariance = areas(scores[None], positive, groups=groups)
    return _interval(float(area[0]), float(np.sqrt(covariance[0, 0])), confidence, 0.0)


def area_test(a: Array, b: Array, positive: Array, *, groups: Groups | None = None, confidence: float = 0.95) -> AreaTest:
    """Whether `a` separates the classes better than `b`, on the same images.

    Args:
        a, b: (N,) scores.
        positive, groups: as in `areas`.

    Returns:
        The difference a - b. Two classifiers that rank alike have p = 1. Where the variance is 0 though they differ, there is no test.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> a, b = np.array([0.1, 0.4, 0.35, 0.8, 0.7]), np.array([0.4, 0.3, 0.2, 0.8, 0.1])
        >>> sl.metrics.area_test(a, b, np.array([False, False, True, True, True]))
        AreaTest(0.500 [-0.153, 1.000])
    """
    (first, second), covariance = areas(np.stack([a, b]), positive, groups=groups)
    value, contrast = float(first - second), np.array([1.0, -1.0])
    se = float(np.sqrt(max(0.0, contrast @ covariance @ contrast))) if np.isfinite(covariance).all() else np.nan
    if se < 1e-12:  # rounding alone
        se, z = 0.0, 0.0 if abs(value) < 1e-12 else np.nan
    else:
        z = value / se
    return AreaTest(
        **_interval(value, se, confidence, -1.0).fields(), se=none_if_nan(se), z=none_if_nan(z), p=none_if_nan(2 * float(norm.sf(abs(z))))
    )


def _unbiased(count: int) -> float:
    """What makes a variance over `count` sums unbiased, for their mean."""
    return count / (count - 1) if count > 1 else np.nan


def _interval(value: float, se: float, confidence: float, least: float) -> Score:
    reach = float(ndtri((1 + confidence) / 2)) * se
    if np.isnan(reach):
        return Score(value=none_if_nan(value), low=None, high=None)
    return Score(value=value, low=max(least, value - reach), high=min(1.0, value + reach))
