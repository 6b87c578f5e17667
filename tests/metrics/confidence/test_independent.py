"""The difference of two independent scores: its interval has the coverage that it claims."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sightline.metrics.confidence.independent import difference
from sightline.results import Score


def wald(mean: float, error: float) -> Score:
    reach = norm.ppf(0.975) * error
    return Score(value=mean, low=mean - reach, high=mean + reach)


def test_of_normal_intervals_it_is_the_normal_interval() -> None:
    found = difference(wald(0.8, 0.03), wald(0.5, 0.04))
    reach = norm.ppf(0.975) * 0.05
    assert (found.value, *found.interval) == pytest.approx((0.3, 0.3 - reach, 0.3 + reach))


def test_it_is_newcombes_interval_of_two_proportions() -> None:
    # Newcombe 1998 (Stat. Med. 17, 873-890), method 10, his table II: 56/70 - 48/80 from Wilson intervals is .2 (.0524, .3339)
    def wilson(hits: int, of: int) -> Score:
        z = norm.ppf(0.975)
        p, scale = hits / of, 1 + z**2 / of
        middle, reach = (p + z**2 / (2 * of)) / scale, z * np.sqrt(p * (1 - p) / of + z**2 / (4 * of**2)) / scale
        return Score(value=p, low=middle - reach, high=middle + reach)

    found = difference(wilson(56, 70), wilson(48, 80))
    assert (found.value, *found.interval) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_sides_of_skewed_intervals_are_not_mixed_up() -> None:
    skewed, narrow = Score(value=0.95, low=0.85, high=0.97), Score(value=0.5, low=0.5, high=0.5)
    assert difference(skewed, narrow).interval == pytest.approx((0.35, 0.47))
    assert difference(narrow, skewed).interval == pytest.approx((-0.47, -0.35))


@pytest.mark.parametrize("missing", [Score(value=None, low=None, high=None), Score(value=0.5, low=None, high=None)])
def test_what_is_not_known_stays_unknown(missing) -> None:
    found = difference(missing, Score(value=0.4, low=0.3, high=0.5))
    assert found.interval is None
    assert (found.value is None) == (missing.value is None)
