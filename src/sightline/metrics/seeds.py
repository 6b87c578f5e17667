"""Several independent trainings of two recipes: medians, and whether the two differ by more than trainings differ by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu


def seed_difference(a: Sequence[float], b: Sequence[float]) -> dict[str, Any]:
    """Medians of a score over trainings, and the exact two-sided Mann-Whitney test that one recipe tends to score higher.

    The trainings of one recipe are independent draws of weights and order; images do not enter, so that this says whether the *recipe* is
    better on these very images. With few seeds it can say little: of 3 against 3 the smallest p is 0.1, of 5 against 5 it is 0.008.

    Args:
        a, b: one score per training.

    Returns:
        `median` of a and `base_median` of b, their standard deviations `sd` and `base_sd` (None for one training), `difference` of the
        medians, `p` (None where either side has fewer than two trainings), and `smallest_p` that so many trainings could reach.

    Source:
        Zhu, Salcudean, Rohling 2022 report medians of five trainings and a test (004-14, 004-16), which they do not name.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    found: dict[str, Any] = {"median": float(np.median(x)), "base_median": float(np.median(y))}
    found |= {key: float(np.std(v, ddof=1)) if len(v) > 1 else None for key, v in (("sd", x), ("base_sd", y))}
    found["difference"] = found["median"] - found["base_median"]
    several = min(len(x), len(y)) > 1
    found["p"] = _p(x, y) if several else None
    found["smallest_p"] = _p(np.arange(len(x)), -1.0 - np.arange(len(y))) if several else None
    return found


def _p(x: np.ndarray, y: np.ndarray) -> float:
    """Ties make the exact distribution wrong; scipy then takes the normal one with its correction."""
    return float(mannwhitneyu(x, y, alternative="two-sided", method="auto").pvalue)
