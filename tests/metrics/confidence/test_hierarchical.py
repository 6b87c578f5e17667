from __future__ import annotations

import json
import time

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from sightline.metrics.confidence.bootstrap import interval
from sightline.metrics.confidence.hierarchical import at_confidence, hierarchical
from sightline.metrics.scores.ranks import auc, curves
from sightline.results.study import OverSeeds


def means(values, *, crossed: bool = True, **settings) -> OverSeeds:
    """`hierarchical` of the weighted mean of values (S, N)."""

    def mean(s: int, weights: np.ndarray) -> dict[str, np.ndarray]:
        return {"mean": weights @ values[s] / weights.sum(axis=1)}

    return hierarchical(mean, [len(v) for v in values], shared=crossed, **settings)["mean"]


def study(
    seeds: int, n: int, *, of_seed: float = 0, of_image: float = 0, of_both: float = 0, truth: float = 0, rng: int | np.random.Generator = 0
) -> np.ndarray:
    """(S, N) values whose mean is `truth`, with the standard deviations of seed, image, and both."""
    rng = np.random.default_rng(rng)
    return truth + of_seed * rng.normal(size=(seeds, 1)) + of_image * rng.normal(size=(1, n)) + of_both * rng.normal(size=(seeds, n))


def test_the_value_is_the_mean_over_seeds() -> None:
    values = study(4, 30, of_both=1)
    found = means(values, draws=50)
    assert found.value == pytest.approx(values.mean())
    assert found.per_seed == pytest.approx(values.mean(axis=1).tolist())
    assert (found.seeds, found.images, found.confidence) == (4, 30, 0.95)
    json.dumps(found.to_json(), allow_nan=False)


def test_the_error_of_the_images_is_that_of_the_mean_image() -> None:
    values = study(5, 12, of_seed=3, of_image=1, of_both=1)
    found = means(values, draws=20_000)
    assert found.se_images == pytest.approx(values.mean(axis=0).std(ddof=1) / np.sqrt(12), rel=0.02)
    own = (values - values.mean(axis=0)).var(axis=1, ddof=1).sum() / 4 / 12
    assert found.se_own == pytest.approx(np.sqrt(own), rel=0.02)
    assert found.sd_seeds == pytest.approx(np.sqrt(values.mean(axis=1).var(ddof=1) - own), rel=0.01)


@pytest.mark.parametrize("crossed", [True, False])
def test_the_spread_between_seeds_is_free_of_image_noise(crossed: bool) -> None:
    """Seeds that differ by 0.2, seen through an image noise of 0.2."""
    found = means(study(400, 25, of_seed=0.2, of_image=crossed, of_both=1), crossed=crossed, draws=200)
    assert np.std(found.per_seed) == pytest.approx(np.sqrt(0.2**2 + 0.2**2), rel=0.1)
    assert found.sd_seeds == pytest.approx(0.2, rel=0.15)


def test_seeds_with_images_of_their_own_have_students_interval() -> None:
    values = study(5, 50, of_seed=1, of_both=1, truth=0.5)
    found, theirs = means(values, crossed=False), ttest_1samp(values.mean(axis=1), 0)
    bounds = theirs.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=0.02)
    assert found.p == pytest.approx(theirs.pvalue, rel=0.03)


def test_seeds_that_agree_leave_the_interval_of_the_images() -> None:
    values = np.repeat(study(1, 100, of_image=1), 6, axis=0)
    found, of_images = means(values, draws=4000), interval(values[0], bootstrap=4000)
    assert found.sd_seeds == pytest.approx(0, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((of_images.low, of_images.high), abs=0.02)


def test_shared_images_are_not_averaged_away_by_seeds() -> None:
    crossed, nested = (means(study(20, 50, of_image=1 * c, of_both=1 - c), crossed=bool(c)) for c in (1, 0))
    assert crossed.se_images == pytest.approx(1 / np.sqrt(50), rel=0.25)
    assert nested.se_images == pytest.approx(1 / np.sqrt(50 * 20), rel=0.25)


def test_seeds_with_images_of_their_own_draw_them_on_their_own() -> None:
    """Even where their lists look alike, such as sorted by class."""
    alike = np.repeat(np.sort(study(1, 50, of_image=1)), 9, axis=0)
    crossed, nested = (means(alike, crossed=c, draws=4000).se_images for c in (True, False))
    assert nested == pytest.approx(crossed / 3, rel=0.05)


def test_seeds_and_images_both_widen_the_interval() -> None:
    def width(**noise: float) -> float:
        found = means(study(6, 60, **noise, rng=2))
        return found.high - found.low

    assert width(of_image=1) < width(of_image=1, of_seed=0.3) < width(of_image=1, of_seed=1)
    assert width(of_seed=0.3) < width(of_image=1, of_seed=0.3)


def test_patients_are_drawn_whole() -> None:
    values = study(4, 30, of_seed=0.1, of_image=1)
    patients = np.repeat(np.arange(30), 5)
    alone, copies = means(values), means(np.repeat(values, 5, axis=1), groups=[patients] * 4)
    naive = means(np.repeat(values, 5, axis=1))
    for key in ("low", "high", "p", "se_images", "sd_seeds"):
        assert getattr(copies, key) == pytest.approx(getattr(alone, key))
    assert naive.se_images == pytest.approx(alone.se_images / np.sqrt(5), rel=0.1)


@pytest.mark.parametrize("crossed", [True, False])
def test_95_percent_intervals_cover_the_truth(crossed: bool) -> None:
    """With seeds and images alike in noise; printed by `pytest -s`. benchmarks/coverage.py measures it closely."""
    rng = np.random.default_rng(0)
    for seeds in (3, 6, 10):
        studies = [study(seeds, 30, of_seed=0.3, of_image=float(crossed), of_both=1, truth=1, rng=rng) for _ in range(100)]
        found = [means(values, crossed=crossed, draws=100, seed=s) for s, values in enumerate(studies)]
        covered = np.mean([f.low <= 1 <= f.high for f in found])
        print(f"{'crossed' if crossed else 'nested'}, {seeds} seeds: {covered:.1%}")
        assert 0.88 <= covered <= 0.99


def test_p_says_the_same_as_the_interval() -> None:
    for rng in range(20):
        values = study(4, 20, of_seed=0.3, of_image=1, of_both=1, truth=0.6, rng=rng)
        found = means(values, draws=200, confidence=0.9)
        assert (found.p < 0.1) == (not found.low <= 0 <= found.high)


def test_p_is_not_cut_off_by_the_number_of_draws() -> None:
    """A family of hundreds of comparisons needs p values far below 1 / draws."""
    assert 0 < means(study(10, 50, of_both=0.01, truth=9), draws=500).p < 1e-9


def test_what_never_happened_in_a_few_images_may_still_happen() -> None:
    """The rule of three: 0 of n leaves up to 3 / n."""
    few, many = means(np.zeros((6, 3))), means(np.zeros((6, 600)))
    assert (few.value, few.p, few.high) == (0, 1, pytest.approx(-np.log(0.05) / 3))
    assert many.high == pytest.approx(-np.log(0.05) / 600)
    always = means(np.ones((6, 10)), draws=500)
    assert (always.low, always.p) == (pytest.approx(1 + np.log(0.05) / 10), pytest.approx(np.exp(-10)))
    assert at_confidence(always, 0.999).low == pytest.approx(1 + np.log(0.001) / 10)
    json.dumps(always.to_json(), allow_nan=False)


def test_only_images_that_a_score_applies_to_are_counted() -> None:
    values, marked = study(4, 30, of_seed=0.1, of_image=1), np.arange(30) < 8

    def some(s: int, weights: np.ndarray) -> dict[str, np.ndarray]:
        return {"some": weights @ (values[s] * marked) / (weights @ marked), "all": weights @ values[s] / weights.sum(axis=1)}

    found = hierarchical(some, [30] * 4, shared=True, applies=lambda s, name: marked if name == "some" else np.ones(30, bool))
    assert [(found[k].images, found[k].patients) for k in ("some", "all")] == [(8, 8), (30, 30)]


def test_divisions_of_one_pool_share_their_patients() -> None:
    """Six test sets drawn from 40 patients do not make 6 x 20 of them; patients are known by their names."""
    rng = np.random.default_rng(0)
    pool = rng.normal(size=40)
    members = [rng.permutation(40)[:20] for _ in range(6)]
    values, names = [pool[m] for m in members], [[f"p{i}" for i in m] for m in members]
    shared, own = (means(values, crossed=c, groups=names, draws=4000) for c in (True, False))
    mean = np.mean([np.bincount(m, minlength=40) / 20 for m in members], axis=0) * pool  # each patient's part of the mean over seeds
    assert shared.se_images == pytest.approx(np.sqrt(40 * mean.var()), rel=0.15)
    assert own.se_images < 0.6 * shared.se_images


def test_corrected_intervals_of_few_seeds_hold_what_they_promise() -> None:
    """Far out in the tails, where Satterthwaite's degrees of freedom miss four times as often as they may."""
    rng, missed = np.random.default_rng(0), 0
    for number in range(400):
        found = means(study(3, 60, of_seed=0.3, of_image=0.5, of_both=0.5, rng=rng), draws=60, seed=number)
        wide = at_confidence(found, 0.99)
        missed += not wide.low <= 0 <= wide.high
    assert missed <= 10


def test_higher_confidence_is_wider_without_more_draws() -> None:
    values = study(6, 40, of_seed=1, of_image=1)
    few, many = (means(values, draws=draws, confidence=0.999) for draws in (2000, 20_000))
    usual = means(values)
    assert few.high - few.low > 1.5 * (usual.high - usual.low)
    assert few.high == pytest.approx(many.high, rel=0.05)
    assert at_confidence(usual, 0.999) == few


def test_a_seed_without_a_value_is_left_out() -> None:
    values = study(5, 30, of_seed=1, of_image=1)
    spoiled = values.copy()
    spoiled[2] = np.nan
    found, rest = means(spoiled), means(values[[0, 1, 3, 4]])
    assert found.per_seed[2] is None
    assert found.but(per_seed=[]) == rest.but(per_seed=[])


def test_samples_that_do_not_allow_the_score_are_left_out() -> None:
    rng = np.random.default_rng(0)
    positive, scores = np.arange(12) < 2, rng.normal(size=(3, 12))
    found = hierarchical(lambda s, w: {"auc": auc(*curves(scores[s], positive, w))}, [12] * 3, shared=True, draws=300)["auc"]
    assert found.low < found.value < found.high


def test_what_one_seed_or_one_patient_cannot_say_is_none() -> None:
    one = means(study(1, 40, of_image=1))
    assert one.se_images == pytest.approx(1 / np.sqrt(40), rel=0.3)
    assert {one.low, one.high, one.p, one.sd_seeds, one.se_own} == {None}
    patient = means(study(3, 4, of_both=1), groups=[["p"] * 4] * 3)
    assert patient.value is not None
    unsure = at_confidence(patient, 0.9)
    assert {unsure.low, unsure.high, unsure.p, unsure.se_images, unsure.se, unsure.seed_share} == {None}
    two = means(study(3, 4, of_both=1), groups=[["p", "p", "q", "q"]] * 3)
    assert two.se_images is not None, "two patients differ"
    nothing = means(np.full((3, 10), np.nan), draws=20)
    assert {nothing.value, nothing.low, nothing.high, nothing.p, nothing.sd_seeds, nothing.se_images} == {None}
    assert nothing.seeds == 0


def test_seeds_may_have_different_numbers_of_images() -> None:
    values = [study(1, n, of_both=1, rng=n)[0] for n in (20, 30, 40)]
    found = means(values, crossed=False)
    assert (found.images, found.low is None) == (30, False)


def test_six_seeds_of_auc_differences_are_fast() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(600) < 0.2
    scores = rng.normal(size=(2, 6, 600)) + positive

    def difference(s: int, weights: np.ndarray) -> dict[str, np.ndarray]:
        first, second = (auc(*curves(scores[arm, s], positive, weights)) for arm in (0, 1))
        return {"auc": first - second}

    start = time.process_time()
    hierarchical(difference, [600] * 6, shared=True, draws=2000)
    assert time.process_time() - start < 1.5


def test_images_that_count_are_averaged_over_seeds_and_of_the_patients_the_fewest_count() -> None:
    values, counts = study(3, 30, of_seed=0.1, of_image=1), (9, 8, 5)
    found = hierarchical(
        lambda s, w: {"m": w @ values[s] / w.sum(axis=1)},
        [30] * 3,
        shared=True,
        applies=lambda s, name: np.arange(30) < counts[s],
        draws=20,
    )["m"]
    assert (found.images, found.patients) == (7, 5)


def test_what_never_happened_in_one_or_two_images_is_bounded_by_what_is_possible() -> None:
    assert (means(np.zeros((6, 2))).high, means(np.zeros((6, 2))).low) == (1, -1)


def test_two_seeds_are_enough_for_an_interval() -> None:
    found = means(study(2, 30, of_seed=0.1, of_image=1), draws=50)
    assert None not in (found.low, found.high, found.p, found.sd_seeds, found.se_own, found.seed_share)
