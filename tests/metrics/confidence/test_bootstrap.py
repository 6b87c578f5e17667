from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sightline.metrics.confidence.bootstrap import clusters, interval, intervals, ratio, resamples
from sightline.metrics.scores.ranks import auc, curves
from sightline.results.base import Score


def scored(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores with ties, AUC about 0.75."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.3
    return positive, (rng.normal(size=n) + positive).round(1)


def test_each_sample_draws_as_many_images_as_there_are() -> None:
    counts = np.concatenate(list(resamples(7, draws=50)))
    assert counts.shape == (50, 7)
    assert (counts.sum(axis=1) == 7).all()
    assert counts.std() > 0.5


def test_samples_are_the_same_for_the_same_seed_only() -> None:
    first, again, other = (np.concatenate(list(resamples(20, draws=30, seed=s))) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_groups_are_drawn_whole_and_nameless_images_alone() -> None:
    groups = ["p1", "p1", "p2", None, "", "p2", ""]
    counts = np.concatenate(list(resamples(7, groups=groups, draws=200)))
    np.testing.assert_array_equal(counts[:, 0], counts[:, 1])
    np.testing.assert_array_equal(counts[:, 2], counts[:, 5])
    assert (counts[:, 3] != counts[:, 4]).any()
    assert (counts[:, 4] != counts[:, 6]).any()
    assert clusters(7, groups).max() == 4


def test_groups_may_be_numbered_from_zero() -> None:
    names, numbers = ["a", "a", "b", "c", "b"], np.array([0, 0, 1, 2, 1])
    np.testing.assert_array_equal(clusters(5, names), clusters(5, numbers))
    values = np.array([0.1, 0.2, np.nan, 0.4, 0.9])
    assert interval(values, groups=names) == interval(values, groups=numbers)


def test_mean_agrees_with_a_loop_over_resampled_images() -> None:
    values = np.random.default_rng(3).exponential(size=60)
    rng = np.random.default_rng(99)
    means = [values[rng.integers(60, size=60)].mean() for _ in range(4000)]
    found = interval(values, bootstrap=4000)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(np.quantile(means, 0.025), abs=0.03)
    assert found.high == pytest.approx(np.quantile(means, 0.975), abs=0.03)


def test_auc_of_each_sample_is_sklearns_on_the_repeated_images() -> None:
    positive, score = scored(40)
    weights = np.concatenate(list(resamples(40, draws=25)))
    ours = auc(*curves(score, positive, weights))
    theirs = [roc_auc_score(np.repeat(positive, w.astype(int)), np.repeat(score, w.astype(int))) for w in weights]
    np.testing.assert_allclose(ours, theirs)


def test_auc_interval_agrees_with_delong() -> None:
    positive, score = scored(500)
    beats = (score[positive][:, None] > score[~positive]) + 0.5 * (score[positive][:, None] == score[~positive])
    error = np.sqrt(beats.mean(axis=1).var(ddof=1) / positive.sum() + beats.mean(axis=0).var(ddof=1) / (~positive).sum())
    found = intervals(lambda w: {"auc": auc(*curves(score, positive, w))}, 500, bootstrap=2000)["auc"]
    assert found.value == pytest.approx(beats.mean())
    assert found.low == pytest.approx(beats.mean() - 1.96 * error, abs=0.006)
    assert found.high == pytest.approx(beats.mean() + 1.96 * error, abs=0.006)


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [interval((rng.random(80) < 0.7).astype(float), bootstrap=300, seed=s) for s in range(300)]
    covered = np.mean([f.low <= 0.7 <= f.high for f in found])
    assert 0.90 <= covered <= 0.98


def test_images_of_one_patient_do_not_make_the_interval_narrower() -> None:
    values = np.random.default_rng(0).random(50)
    alone = interval(values)
    repeated, patients = np.repeat(values, 9), [f"p{i}" for i in range(50) for _ in range(9)]
    grouped, naive = interval(repeated, groups=patients), interval(repeated)

    def width(found: Score) -> float:
        return found.high - found.low

    assert width(grouped) == pytest.approx(width(alone), rel=1e-6)
    assert width(naive) == pytest.approx(width(alone) / 3, rel=0.15)


def test_what_does_not_apply_is_left_out() -> None:
    values = np.array([0.2, np.nan, 0.8, 0.5, np.nan])
    groups = ["a", "b", "c", "d", "e"]
    assert interval(values, groups=groups) == interval(values[[0, 2, 3]], groups=["a", "c", "d"])


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_nothing_to_judge_is_none(values: list[float]) -> None:
    assert interval(np.array(values)) == Score(value=None, low=None, high=None, n=0)


def test_one_image_or_one_patient_has_a_value_but_no_bounds() -> None:
    assert interval(np.array([0.5])) == Score(value=0.5, low=None, high=None, n=1)
    assert interval(np.array([0.5, 1.0]), groups=["p", "p"]) == Score(value=0.75, low=None, high=None, n=2)


def test_samples_with_one_class_only_are_left_out() -> None:
    positive = np.array([True, False, False, False])
    found = intervals(lambda w: {"auc": auc(*curves(np.array([0.9, 0.1, 0.2, 0.95]), positive, w))}, 4)["auc"]
    assert found.value == pytest.approx(2 / 3)
    assert found.low == 0
    assert found.high == 1


def test_higher_confidence_is_wider() -> None:
    values = np.random.default_rng(0).random(50)
    narrow, wide = interval(values, confidence=0.8), interval(values, confidence=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_chunks_do_not_change_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(resamples(11, draws=100, seed=5)))
    monkeypatch.setattr("sightline.metrics.confidence.bootstrap._ELEMENTS", 40)
    np.testing.assert_array_equal(np.concatenate(list(resamples(11, draws=100, seed=5))), whole)


def test_two_thousand_auc_draws_are_fast() -> None:
    positive, score = scored(600)
    times = []
    for _ in range(3):  # the best of three: other work on the machine is not what is tested
        start = time.process_time()
        intervals(lambda w: {"auc": auc(*curves(score, positive, w))}, 600, bootstrap=2000)
        times.append(time.process_time() - start)
    assert min(times) < 0.5  # a loop over the draws takes seconds


def test_a_score_knows_how_many_images_it_is_of() -> None:
    """Those to which it applies, those of which it is a share, or as many as is said; otherwise all."""
    assert interval(np.array([0.5, np.nan, 1.0])).n == 2
    first = np.arange(4) < 3

    def statistic(weights: np.ndarray) -> dict[str, np.ndarray]:
        return dict.fromkeys(("share", "told", "all"), ratio(weights @ first, weights.sum(axis=1)))

    found = intervals(statistic, 4, bootstrap=10, shares={"share": [first]}, counts={"told": 1})
    assert {name: score.n for name, score in found.items()} == {"share": 3, "told": 1, "all": 4}
    assert interval(np.array([])).n == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("values", "mean"), [([0.5], 0.5), ([np.nan], None), ([], None)])
def test_few_images_have_no_interval_and_give_no_warning(values, mean):
    found = interval(np.array(values))
    assert (found.value, found.low, found.high) == (mean, None, None)
