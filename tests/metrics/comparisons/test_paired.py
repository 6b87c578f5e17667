from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.stats import binomtest
from scipy.stats import permutation_test as scipy_permutation_test

from sightline.metrics.comparisons.compare import Judged
from sightline.metrics.comparisons.paired import Permuted, arms_test, mcnemar, permutation_test
from sightline.metrics.confidence.delong import area_test


def arms(skill: float, other: float, n: int = 200, seed: int = 0) -> tuple[Judged, Judged]:
    """Two arms that meet the same easy and hard images; the second gives probabilities on another scale."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    hard = rng.normal(size=n)
    made = []
    for strength, steep in ((skill, 1.0), (other, 0.2)):
        chance = 1 / (1 + np.exp(-steep * ((2 * labels - 1) * strength + hard + 0.5 * rng.normal(size=n))))
        epg = np.where(np.arange(n) % 4, np.clip(0.4 + 0.1 * strength + 0.1 * rng.normal(size=n), 0, 1), np.nan)
        made.append(Judged([f"i{i}" for i in range(n)], labels, np.column_stack([1 - chance, chance]), epg))
    return made[0], made[1]


def mean_of(values: np.ndarray):
    return lambda weights: {"mean": weights @ values / weights.sum(axis=1)}


def test_few_images_are_exchanged_in_all_ways_as_scipy_does() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=9) + 0.6, rng.normal(size=9)
    theirs = scipy_permutation_test((a, b), lambda x, y, axis: (x - y).mean(axis), permutation_type="samples", vectorized=True)
    found = permutation_test(mean_of(np.concatenate([a, b])), 9)["mean"]
    assert found.value == pytest.approx((a - b).mean())
    assert found.p == pytest.approx(theirs.pvalue)


def test_many_images_are_exchanged_at_random_as_scipy_does() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=60) + 0.3, rng.normal(size=60)
    theirs = scipy_permutation_test(
        (a, b), lambda x, y, axis: (x - y).mean(axis), permutation_type="samples", vectorized=True, random_state=2
    )
    assert permutation_test(mean_of(np.concatenate([a, b])), 60, draws=5000)["mean"].p == pytest.approx(theirs.pvalue, abs=0.02)


def test_patients_are_exchanged_whole() -> None:
    """Five patients allow 2^5 exchanges, of which the arms as they are and all turned round are as large: p = 1/16, however many images."""
    a, b = np.ones(50), np.zeros(50)
    grouped = permutation_test(mean_of(np.concatenate([a, b])), 50, groups=np.repeat(np.arange(5), 10))["mean"]
    assert grouped.p == pytest.approx(2 / 32)
    assert permutation_test(mean_of(np.concatenate([a, b])), 50)["mean"].p == pytest.approx(1 / 2001)


def test_arms_that_are_alike_have_p_1() -> None:
    a, _ = arms(1, 1)
    found = arms_test(a, a, draws=200)
    assert set(found) == {"accuracy", "epg", "auc"}
    assert all(test.value == pytest.approx(0, abs=1e-12) and test.p == 1 for test in found.values())


def test_a_better_arm_is_found_and_an_equal_one_is_not() -> None:
    better, equal = arms_test(*arms(1.4, 0.6)), arms_test(*arms(1.0, 1.0, seed=3))
    assert all(better[name].p < 0.01 < better[name].value for name in ("accuracy", "auc", "epg"))
    assert all(equal[name].p > 0.05 for name in equal)


def test_the_p_of_an_auc_is_near_delongs_though_the_scales_differ() -> None:
    a, b = arms(1.15, 0.9, seed=5)
    closed = area_test(a.probabilities[:, 1], b.probabilities[:, 1], a.labels == 1)
    found = arms_test(a, b, draws=4000)["auc"]
    assert found.value == pytest.approx(closed.value)
    assert 0.01 < closed.p < 0.5
    assert found.p == pytest.approx(closed.p, abs=0.06)


def test_p_is_uniform_where_the_arms_are_equally_good() -> None:
    found = [arms_test(*arms(0.8, 0.8, n=50, seed=s), draws=100)["auc"].p for s in range(200)]
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.05)


def test_energy_counts_where_both_arms_have_it() -> None:
    a, b = arms(1, 0.5)
    b.epg[:100] = np.nan
    assert arms_test(a, b, draws=50)["epg"].value == pytest.approx(np.nanmean(a.epg[100:] - b.epg[100:]))
    assert "epg" not in arms_test(a, Judged(b.ids, b.labels, b.probabilities), draws=50)


def test_what_cannot_be_computed_is_none() -> None:
    a, b = arms(1, 0.5)
    one_class = [Judged(x.ids, np.ones_like(x.labels), x.probabilities) for x in (a, b)]
    assert arms_test(*one_class, draws=20)["auc"] == Permuted(value=None, p=None)


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (5, 0), (8, 3), (10, 10), (2, 20)])
def test_mcnemar_is_the_exact_binomial_test(only_a: int, only_b: int) -> None:
    a = np.array([True] * only_a + [False] * only_b + [True] * 30 + [False] * 4)
    b = np.array([False] * only_a + [True] * only_b + [True] * 30 + [False] * 4)
    found = mcnemar(a, b)
    assert (found.only_a, found.only_b) == (only_a, only_b)
    assert found.p == pytest.approx(binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1)


def test_the_permutation_test_of_decisions_is_mcnemars() -> None:
    """Only decisions on which the arms differ matter: with eight of them there are 2^8 exchanges, as the binomial test counts them."""
    a = np.array([True] * 7 + [False] + [True] * 3)
    b = np.array([False] * 7 + [True] + [True] * 3)
    found = permutation_test(mean_of(np.concatenate([a, b]).astype(float)), 11, draws=3000)["mean"]
    assert found.p == pytest.approx(mcnemar(a, b).p)


def test_two_thousand_exchanges_of_600_images_are_fast() -> None:
    a, b = arms(1, 0.9, n=600)
    start = time.process_time()
    arms_test(a, b)
    assert time.process_time() - start < 1.5
