from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import wilcoxon

from sightline.metrics.comparisons.judgement import ENOUGH_SEEDS, judge
from sightline.metrics.comparisons.power import Noise, detectable
from sightline.metrics.confidence.hierarchical import hierarchical
from sightline.results.study import Judgement, OverSeeds


def spread(
    value: float | None = 0.01,
    half: float | None = 0.02,
    *,
    seeds: int = 6,
    images: int = 600,
    sd_seeds: float | None = 0.005,
    se_images: float | None = 0.01,
    confidence: float = 0.95,
) -> OverSeeds:
    low, high = (None, None) if value is None or half is None else (value - half, value + half)
    return OverSeeds(
        value=value,
        low=low,
        high=high,
        p=None,
        confidence=confidence,
        per_seed=[],
        seeds=seeds,
        images=images,
        patients=images,
        sd_seeds=sd_seeds,
        se_images=se_images,
        se_own=0.0 if se_images is not None else None,
        se=0.01,
        seed_share=None,
    )


def test_better_and_worse_need_an_interval_without_0() -> None:
    assert judge(spread(0.05), 0.02).word == "better"
    assert judge(spread(-0.05), 0.02).word == "worse"
    assert judge(spread(0.05), 0.02, higher_is_better=False).word == "worse"
    assert judge(spread(0.02, 0.02), 0.02).word not in ("better", "worse")


def test_not_distinguishable_is_said_only_of_a_study_that_could_have_seen_it() -> None:
    limit = detectable(Noise(600, 6, sd_seeds=0.005, se_shared=0.01))
    assert judge(spread(), limit * 1.01).word == "not distinguishable"
    assert judge(spread(), limit * 0.99).word == "too small a test set to tell"
    assert judge(spread(), limit * 1.01).detectable == pytest.approx(limit)


def test_too_few_images_says_how_many_it_takes() -> None:
    found = judge(spread(), 0.015)
    assert found.word == "too small a test set to tell"
    assert found.needs_seeds is None
    enough = spread(images=found.needs_images, se_images=0.01 * np.sqrt(600 / found.needs_images))
    assert judge(enough, 0.015).word == "not distinguishable"


def test_too_few_seeds_says_how_many_it_takes() -> None:
    found = judge(spread(seeds=3, sd_seeds=0.03, se_images=0.002), 0.03)
    assert found.word == "too few seeds to tell"
    assert found.needs_images is None
    assert judge(spread(seeds=found.needs_seeds, sd_seeds=0.03, se_images=0.002), 0.03).word == "not distinguishable"


def test_where_neither_alone_suffices_both_are_named() -> None:
    found = judge(spread(seeds=4, sd_seeds=0.05, se_images=0.05), 0.05)
    assert found.needs_images > 600
    assert found.needs_seeds > 4
    assert " images and " in found.sentence


def test_one_seed_never_suffices() -> None:
    found = judge(spread(half=None, seeds=1, sd_seeds=None), 0.02)
    assert (found.word, found.needs_seeds) == ("too few seeds to tell", ENOUGH_SEEDS)


def test_what_was_not_measured_is_said() -> None:
    assert judge(spread(None), 0.02).word == "not measured"
    assert judge(spread(half=None, se_images=None, sd_seeds=None), 0.02).word == "too small a test set to tell"


def test_sentences() -> None:
    names = {"arm": "mask", "base": "label-only", "metric": "AUC"}
    assert judge(spread(0.05), 0.02, **names).sentence == (
        "mask against label-only, AUC: better. The difference is +0.050 (95 % interval +0.030 to +0.070), with 6 seeds and 600 images."
    )
    assert judge(spread(-0.001, 0.02), 0.04, **names).sentence == (
        "mask against label-only, AUC: not distinguishable. The difference is −0.001 (95 % interval −0.021 to +0.019), with 6 seeds and "
        "600 images. Any difference is below 0.04."
    )
    few = judge(spread(seeds=3, confidence=0.99), 0.02, **names).sentence
    assert "99 % interval" in few
    assert few.endswith("(With fewer than 6 seeds no paired rank test could confirm it.)")
    assert "To find one of 0.01 it needs about 2,000 images." in judge(spread(sd_seeds=0, se_images=0.0065), 0.01, **names).sentence


def test_a_rank_test_of_five_pairs_cannot_reach_significance() -> None:
    smallest = {n: wilcoxon(np.arange(1, n + 1)).pvalue for n in (ENOUGH_SEEDS - 1, ENOUGH_SEEDS)}
    assert smallest == pytest.approx({5: 0.0625, 6: 0.03125})


def test_a_simulated_study_is_judged_as_it_was_made() -> None:
    rng = np.random.default_rng(0)

    def studied(truth: float, n: int) -> OverSeeds:
        values = truth + 0.01 * rng.normal(size=(6, 1)) + 0.3 * rng.normal(size=(1, n)) + 0.1 * rng.normal(size=(6, n))
        return hierarchical(lambda s, w: {"m": w @ values[s] / n}, [n] * 6, shared=True, draws=300)["m"]

    assert judge(studied(0.1, 2000), 0.03).word == "better"
    assert judge(studied(0.0, 2000), 0.03).word == "not distinguishable"
    assert judge(studied(0.0, 100), 0.03).word == "too small a test set to tell"


def test_what_is_impossible_is_said_in_words() -> None:
    few = spread(0.1, 3.4, seeds=2, images=40, sd_seeds=0.4, se_images=0.05)
    found = judge(few, 0.02, possible=(-1, 1))
    assert (found.low, found.high, found.detectable) == (None, None, None)
    assert "interval −" not in found.sentence
    assert "With 2 seeds the interval excludes no difference that is possible, so they cannot show any here." in found.sentence
    assert "it needs more than 20 times as many" in found.sentence
    half_open = judge(spread(0.3, 0.9, seeds=3, images=40, sd_seeds=0.5, se_images=0.05), 0.02, possible=(-1, 1))
    assert (half_open.low, half_open.high) == (pytest.approx(-0.6), 1)
    assert half_open.detectable is None
    assert "no difference that is possible would have been found" in half_open.sentence
    assert judge(few, 0.02).high == pytest.approx(3.5), "a score without bounds has none"


def test_a_number_of_images_that_is_far_away_is_no_number() -> None:
    """What 60 images say of 35,000 is not known to two digits."""
    found = judge(spread(images=60, sd_seeds=0, se_images=0.2), 0.02, possible=(-1, 1))
    assert found.needs_images is None
    assert "To find one of 0.02 it needs more than 20 times as many images." in found.sentence


def test_it_is_said_whether_any_difference_is_small_or_a_large_one_would_have_been_found() -> None:
    limit = detectable(Noise(600, 6, sd_seeds=0.005, se_shared=0.01)) * 1.01
    for value in (0.0, 0.9 * limit - 0.02, 0.02 - 0.9 * limit):
        assert f"Any difference is below {limit:.3g}." in judge(spread(value), limit).sentence
    for value in (1.1 * limit - 0.02, 0.02 - 1.1 * limit):  # one end of the interval lies beyond, above or below
        found = judge(spread(value), limit)
        assert found.word == "not distinguishable"
        assert f"One of {limit:.3g} would have been found with 80 % probability." in found.sentence


def without_spread(smallest: float, value: float = 0.0) -> Judgement:
    """Neither image nor seed made a difference; the interval is what ten images leave open."""
    return judge(spread(value, 0.5, images=10, sd_seeds=0.0, se_images=0.0).but(se=0.0), smallest)


def test_where_nothing_made_a_difference_the_number_of_images_decides() -> None:
    assert without_spread(0.5).word == "not distinguishable"
    found = without_spread(0.25)
    assert (found.word, found.needs_images, found.detectable) == ("too small a test set to tell", 20, 0.5)
    assert "No image and no seed made a difference, but they are few. To find one of 0.25 it needs about 20 images." in found.sentence


def test_up_to_twenty_times_as_many_are_named() -> None:
    assert without_spread(0.25, value=0.125).detectable == 0.5, "what the interval leaves open beside the value"
    assert "about 130 images." in without_spread(5 / 123.5).sentence, "124, rounded up to two digits"
    assert without_spread(0.025).needs_images == 200
    assert without_spread(0.0249).needs_images is None


@pytest.mark.parametrize(("sd_seeds", "word"), [(0.05, "too small a test set to tell"), (0.2, "too few seeds to tell")])
def test_where_both_are_lacking_the_larger_noise_gives_the_word(sd_seeds: float, word: str) -> None:
    assert judge(spread(0.0, 0.3, seeds=4, sd_seeds=sd_seeds, se_images=0.05), 0.05).word == word


def test_one_seed_is_spoken_of_as_one() -> None:
    sentence = judge(spread(half=None, seeds=1, sd_seeds=None), 0.02).sentence
    assert (
        ", with 1 seed and 600 images. One seed does not say how much seeds differ. To find one of 0.02 it needs about 6 seeds." in sentence
    )
    assert "rank test" not in sentence
    assert "rank test" in judge(spread(seeds=5), 0.02).sentence
    assert "rank test" not in judge(spread(seeds=6), 0.02).sentence
