"""The scores of an image, against SciPy and worked cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sightline.annotate.choose import worth
from sightline.annotate.score import chance, entropy, spread, standing


def test_entropy_is_that_of_scipy_as_a_share_of_the_largest():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(5), 20)
    assert entropy(probabilities) == pytest.approx(stats.entropy(probabilities, axis=1, base=5))
    assert entropy(np.array([[1.0, 0.0], [0.5, 0.5]])) == pytest.approx([0, 1])


@pytest.mark.parametrize("k", [1, 2, 8, 32])
def test_a_map_on_k_points_has_the_spread_log_k_of_log_all(k):
    maps = np.full((1, 32), -3.0)  # evidence against the class is not looked at
    maps[0, :k] = 7
    assert spread(maps.reshape(1, 4, 8)) == pytest.approx([np.log(k) / np.log(32)])


def test_spread_ignores_scale_and_grows_with_the_width_of_a_blob():
    y, x = np.mgrid[:16, :16] - 7.5
    blobs = np.stack([np.exp(-(x**2 + y**2) / (2 * width**2)) for width in (0.5, 1, 2, 4, 8)])
    found = spread(blobs)
    assert (np.diff(found) > 0).all()
    assert spread(blobs * 1e-6) == pytest.approx(found)


def test_a_map_that_points_nowhere_is_spread_over_everything():
    maps = np.stack([np.zeros((3, 3)), -np.ones((3, 3)), np.full((3, 3), np.nan), np.ones((3, 3))])
    assert spread(maps) == pytest.approx([1, 1, 1, 1])


def test_standing_counts_what_lies_below_and_half_of_what_is_equal():
    values = np.random.default_rng(0).integers(0, 6, 15)
    expected = [((values < v).sum() + (values == v).sum() / 2) / 15 for v in values]
    assert standing(values) == pytest.approx(expected)


def test_both_scores_count_alike_whatever_their_scales():
    rng = np.random.default_rng(0)
    unsure, wide, ids = rng.random(9), rng.random(9), [str(i) for i in range(9)]
    both = worth("uncertainty+spread", ids, unsure, wide, seed=0)
    assert both == pytest.approx((standing(unsure) + standing(wide)) / 2)
    assert both == pytest.approx(worth("uncertainty+spread", ids, unsure**9, 1 + wide / 1e6, seed=0))
    assert worth("uncertainty", ids, unsure, None, seed=0) == pytest.approx(standing(unsure))
    assert worth("spread", ids, unsure, wide, seed=0) == pytest.approx(standing(wide))


def test_chance_depends_on_name_and_seed_alone_and_is_even():
    ids = [f"image {i}" for i in range(2000)]
    drawn = chance(ids, seed=3)
    assert (chance(ids[::-1], seed=3) == drawn[::-1]).all()
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(drawn, chance(ids, seed=4))[0, 1]) < 0.1
    assert (worth("random", ids, drawn, None, seed=3) == drawn).all()
