from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap

from sightline.metrics.confidence.bootstrap import bca_levels, interval, intervals, leave_one_out
from sightline.metrics.scores.ranks import auc, curves


def test_bca_of_a_skewed_mean_is_scipys() -> None:
    values = np.random.default_rng(0).exponential(size=40) ** 2
    theirs = scipy_bootstrap((values,), np.mean, n_resamples=20000, method="BCa", random_state=np.random.default_rng(1)).confidence_interval
    ours, plain = interval(values, bootstrap=20000, method="bca"), interval(values, bootstrap=20000)
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.02 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.02 * width)
    assert ours.high > plain.high + 0.05 * width  # so that it is not the percentile interval that agrees


def test_bca_of_an_auc_is_scipys() -> None:
    rng = np.random.default_rng(3)
    positive = np.arange(60) < 20
    score = (rng.normal(size=60) + 2 * positive).round(1)

    def area(index: np.ndarray) -> float:
        above, below = score[index][positive[index]][:, None], score[index][~positive[index]]
        return ((above > below) + 0.5 * (above == below)).mean()

    theirs = scipy_bootstrap((np.arange(60),), area, n_resamples=2000, method="BCa", vectorized=False, random_state=rng).confidence_interval
    ours = intervals(lambda w: {"auc": auc(*curves(score, positive, w))}, 60, bootstrap=4000, method="bca")["auc"]
    assert ours.low == pytest.approx(theirs.low, abs=0.01)
    assert ours.high == pytest.approx(theirs.high, abs=0.005)


def test_the_jackknife_leaves_out_whole_groups() -> None:
    weights = np.concatenate(list(leave_one_out(5, groups=["a", "b", "a", None, "b"])))
    np.testing.assert_array_equal(weights, [[0, 1, 0, 1, 1], [1, 0, 1, 1, 0], [1, 1, 1, 0, 1]])


def test_groups_of_copies_have_the_interval_of_one_copy_each() -> None:
    values = np.random.default_rng(0).exponential(size=30)
    alone = interval(values, method="bca")
    copies = interval(np.repeat(values, 3), groups=np.repeat(np.arange(30), 3), method="bca")
    assert (copies.value, copies.low, copies.high) == pytest.approx((alone.value, alone.low, alone.high))
    assert copies.method == alone.method


@pytest.mark.parametrize("values", [[1.0] * 20, [0.1] * 7])
def test_bca_falls_back_where_all_samples_agree(values: list[float]) -> None:
    assert interval(np.array(values), method="bca") == interval(np.array(values)).but(method="percentile")


def test_a_symmetric_score_keeps_its_percentiles() -> None:
    away = np.linspace(-1, 1, 1001)
    assert bca_levels(0.0, away, away, (0.025, 0.975)) == pytest.approx((0.025, 0.975))


def test_leaving_out_the_only_positive_does_not_spoil_the_interval() -> None:
    positive, score = np.array([True, *[False] * 12]), np.array([0.5, *np.linspace(0, 1, 12)])
    found = intervals(lambda w: {"auc": auc(*curves(score, positive, w))}, 13, method="bca")["auc"]
    assert found.low is not None
    assert found.low <= found.value <= found.high


def test_it_is_said_which_interval_it_became() -> None:
    skewed = np.random.default_rng(0).exponential(size=40)
    assert interval(skewed, method="bca").method == "bca"
    assert "method" not in interval(skewed).to_json()


def test_with_too_few_samples_beyond_a_bound_the_percentiles_stand() -> None:
    samples, knife = np.random.default_rng(0).exponential(size=2000), np.random.default_rng(1).exponential(size=40)
    levels = (0.025, 0.975)
    for value, moved in ((0.6, True), (2.0, False)):  # the further the value from the samples' middle, the further out its bounds
        assert (bca_levels(value, samples, knife, levels) != levels) == moved


def test_a_correction_that_turns_the_order_round_is_left_out() -> None:
    samples, knife = np.random.default_rng(0).normal(size=2000), np.array([0.0] * 99 + [-1.0])
    assert bca_levels(1.9, samples, knife, (1e-9, 1 - 1e-9)) == (1e-9, 1 - 1e-9)


def test_rounding_of_large_scores_that_agree_moves_nothing() -> None:
    """Rounding grows with the score: of numbers near a million it is a millionth of a millionth of a million."""
    samples, away = 1e6 + np.linspace(-1, 2, 1001), np.array([0.0] * 19 + [-1.0])
    levels = (0.025, 0.975)
    assert bca_levels(1e6, samples, 1e6 + 1e-9 * away, levels) == levels
    assert bca_levels(1e6, samples, 1e6 + away, levels) != levels
    assert bca_levels(0.0, samples - 1e6, 1e-13 * away, levels) == levels
