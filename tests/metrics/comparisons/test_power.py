from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import nct, norm, t

from sightline.metrics.comparisons.power import Noise, both_needed, detectable, images_needed, noise_of, seeds_needed
from sightline.metrics.confidence.hierarchical import hierarchical


def test_without_seed_noise_it_is_the_textbooks_2_8_errors() -> None:
    assert detectable(Noise(600, 1, se_shared=0.01)) == pytest.approx(0.01 * (1.96393 + 0.84162), rel=1e-4)  # t with 599 degrees of freedom
    assert detectable(Noise(600, 1, se_shared=0.01), alpha=0.01, power=0.9) == pytest.approx(0.01 * (2.58404 + 1.28155), rel=1e-4)


def test_images_of_few_patients_are_no_more_than_these_patients() -> None:
    few = Noise(600, 1, se_shared=0.01, patients=12)
    assert detectable(few) == pytest.approx(0.01 * (2.20099 + 0.84162), rel=1e-4)  # t with 11 degrees of freedom
    assert few.with_images(1200).patients == 24


def test_few_seeds_need_students_tails() -> None:
    """The noncentral t of 2 and of 5 degrees of freedom, at the level of one comparison and of 25."""
    for seeds, alpha in ((3, 0.05), (6, 0.05), (3, 0.002), (6, 0.002)):
        errors = detectable(Noise(600, seeds, sd_seeds=0.01), alpha=alpha) / (0.01 / math.sqrt(seeds))
        assert nct.sf(t.isf(alpha / 2, seeds - 1), seeds - 1, errors) == pytest.approx(0.8, abs=0.06)
    assert detectable(Noise(600, 1, sd_seeds=0.01)) == math.inf


@pytest.mark.parametrize("crossed", [True, False])
def test_a_detectable_difference_is_found_four_times_in_five(crossed: bool) -> None:
    rng, seeds, n = np.random.default_rng(0), 6, 40
    noise = Noise(n, seeds, sd_seeds=0.2, se_shared=crossed / math.sqrt(n), se_own=0.8 / math.sqrt(n))
    truth, found = detectable(noise), []
    for study in range(200):
        values = truth + 0.2 * rng.normal(size=(seeds, 1)) + crossed * rng.normal(size=(1, n)) + 0.8 * rng.normal(size=(seeds, n))
        spread = hierarchical(lambda s, w, v=values: {"m": w @ v[s] / n}, [n] * seeds, shared=crossed, draws=60, seed=study)["m"]
        found.append(spread.p < 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.09)


def test_the_numbers_needed_are_the_fewest_that_suffice() -> None:
    noise = Noise(600, 6, sd_seeds=0.01, se_shared=0.02, se_own=0.01)
    images = images_needed(noise, 0.03)
    assert images is not None
    assert detectable(noise.with_images(images)) <= 0.03 < detectable(noise.with_images(images - 1))
    of_seeds = Noise(600, 4, sd_seeds=0.04, se_shared=0.004)
    seeds = seeds_needed(of_seeds, 0.03)
    assert seeds is not None
    assert detectable(Noise(600, seeds, 0.04, 0.004)) <= 0.03 < detectable(Noise(600, seeds - 1, 0.04, 0.004))


def test_four_times_the_images_halve_what_can_be_seen_but_for_students_tails() -> None:
    """Found by trying every number."""
    noise = Noise(600, 1, se_shared=0.02)
    for factor, normal in ((0.5, 2400), (2, 150)):
        target = factor * detectable(noise)
        enough = (n for n in range(2, 5000) if (t.isf(0.025, n - 1) + norm.ppf(0.8)) * 0.02 * math.sqrt(600 / n) <= target)
        assert images_needed(noise, target) == next(enough) == pytest.approx(normal, rel=0.02)


def test_more_of_the_wrong_thing_does_not_help() -> None:
    assert images_needed(Noise(600, 4, sd_seeds=0.05, se_shared=0.001), 0.03) is None
    assert seeds_needed(Noise(600, 4, sd_seeds=0.001, se_shared=0.05), 0.03) is None
    noise = Noise(600, 4, sd_seeds=0.05, se_shared=0.05)
    assert images_needed(noise, 0.03) is None
    assert seeds_needed(noise, 0.03) is None
    images, seeds = both_needed(noise, 0.03)
    assert (images % 600, seeds % 4) == (0, 0)
    assert detectable(Noise(images, seeds, 0.05, 0.05 * math.sqrt(600 / images))) <= 0.03


def test_the_noise_of_a_study_is_split_as_it_was_measured() -> None:
    rng = np.random.default_rng(0)
    values = 0.3 * rng.normal(size=(40, 1)) + rng.normal(size=(1, 50)) + rng.normal(size=(40, 50))
    spread = hierarchical(lambda s, w: {"m": w @ values[s] / 50}, [50] * 40, shared=True, draws=500)["m"]
    noise = noise_of(spread)
    assert (noise.sd_seeds, noise.se_shared, noise.se_own) == pytest.approx((0.3, 1 / math.sqrt(50), 1 / math.sqrt(50)), rel=0.3)
    assert math.sqrt(noise.of_images) == pytest.approx(spread.se_images)
    assert noise_of(spread.but(sd_seeds=None)) is None


def test_without_any_noise_every_difference_is_seen_even_by_one_seed() -> None:
    for seeds in (1, 3):
        assert detectable(Noise(600, seeds)) == 0
