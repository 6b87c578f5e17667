"""Several independent trainings of two recipes: their medians, and a test whether the recipes differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import f_oneway, mannwhitneyu

from sightline.results.differences import SeedDifference


def seed_difference(a: Sequence[float], b: Sequence[float]) -> SeedDifference:
    """Medians of a score over trainings, and the exact two-sided Mann-Whitney test that one recipe tends to score higher.

    The trainings of one recipe are independent draws of weights and order; images do not enter, so that this says whether the *recipe* is
    better on these very images. With few seeds it can say little: of 3 against 3 the smallest p is 0.1, of 5 against 5 it is 0.008.

    Args:
        a, b: one score per training.

    Returns:
        The medians, their difference and the test.

    Source:
        Zhu, Salcudean, Rohling 2022 report medians of five trainings and a significance (004-14, 004-16).
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    medians = float(np.median(x)), float(np.median(y))
    several = min(len(x), len(y)) > 1
    return SeedDifference(
        median=medians[0],
        base_median=medians[1],
        sd=_deviation(x),
        base_sd=_deviation(y),
        difference=medians[0] - medians[1],
        p=_p(x, y) if several else None,
        smallest_p=_p(np.arange(len(x)), -1.0 - np.arange(len(y))) if several else None,
    )


def anova(recipes: Sequence[Sequence[float]]) -> float | None:
    """p of the one-way analysis of variance that the trainings of all recipes score alike in the mean; None where it has no meaning.

    It takes scores for normally distributed with equal variance, where the Mann-Whitney test takes nothing for granted.

    Source:
        Zhu, Salcudean, Rohling 2022 name this test (004-16).

    >>> round(anova([[0.8, 0.7, 0.75], [0.7, 0.6, 0.65]]), 3)
    0.07
    """
    several = [scores for scores in recipes if len(scores) > 1]
    if len(several) < 2 or all(len(set(scores)) == 1 for scores in several):
        return None
    return float(f_oneway(*several).pvalue)


def _deviation(values: np.ndarray) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _p(x: np.ndarray, y: np.ndarray) -> float:
    """Ties make the exact distribution wrong; the normal one with its correction takes its place."""
    scores = np.concatenate([x, y])
    method = "exact" if len(np.unique(scores)) == len(scores) else "asymptotic"
    return float(mannwhitneyu(x, y, alternative="two-sided", method=method).pvalue)
