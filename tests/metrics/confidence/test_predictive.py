"""Predictive values: Bayes' theorem, and intervals that cover."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from sightline.metrics.confidence.predictive import predictive_values, quotient
from sightline.metrics.confidence.shares import wilson
from sightline.results import Score


def share(hits: int, n: int) -> Score:
    low, high = wilson(hits / n, n)
    return Score(value=hits / n, low=low, high=high)


def test_values_are_those_of_a_table_of_people() -> None:
    """Of 10,000 people 500 are ill: 400 of them are found, and 950 of the 9,500 others are called ill."""
    found = predictive_values(share(80, 100), share(90, 100), 0.05, images=(100, 100), label="ill")
    assert found.ppv.value == pytest.approx(400 / (400 + 950))
    assert found.npv.value == pytest.approx(8550 / (8550 + 100))
    assert (found.prevalence, found.label, found.ppv.method) == (0.05, "ill", "MOVER-R")


def test_intervals_cover_at_their_level() -> None:
    rng = np.random.default_rng(0)
    se, sp, prevalence, (ill, well) = 0.85, 0.9, 0.1, (60, 120)
    ppv, npv = se * 0.1 / (se * 0.1 + (1 - sp) * 0.9), sp * 0.9 / (sp * 0.9 + (1 - se) * 0.1)
    covered = []
    for _ in range(3000):
        found = predictive_values(
            share(rng.binomial(ill, se), ill), share(rng.binomial(well, sp), well), prevalence, images=(ill, well), label=""
        )
        covered.append((found.ppv.low <= ppv <= found.ppv.high, found.npv.low <= npv <= found.npv.high))
    assert np.mean(covered, axis=0) == pytest.approx([0.95, 0.95], abs=0.015)


def test_a_perfect_decision_is_no_certainty() -> None:
    """A bootstrap interval of 1 has no width; 20 images without an error leave room for 16 %."""
    perfect = Score(value=1.0, low=1.0, high=1.0)
    found = predictive_values(perfect, perfect, 0.05, images=(20, 20), label="ill")
    assert (found.ppv.value, found.ppv.high) == (1, 1)
    assert 0.15 < found.ppv.low < 0.35
    assert (found.npv.value, found.npv.high) == (1, 1)
    assert 0.98 < found.npv.low < 1


def test_no_decision_for_a_class_has_no_value_for_it() -> None:
    never = predictive_values(Score(value=0.0, low=0, high=0), Score(value=1.0, low=1, high=1), 0.05, images=(20, 20), label="ill")
    assert never.ppv.value is None
    assert never.npv.value == pytest.approx(0.95)
    unknown = Score(value=None, low=None, high=None)
    assert predictive_values(unknown, share(9, 10), 0.05, images=(0, 10), label="ill").ppv.value is None


def test_without_intervals_there_are_none() -> None:
    bare = Score(value=0.8, low=None, high=None)
    found = predictive_values(bare, bare, 0.5, images=(10, 10), label="ill")
    assert (found.ppv.value, found.ppv.interval, found.npv.interval) == (pytest.approx(0.8), None, None)


def test_the_quotient_is_that_of_fieller_for_normal_intervals() -> None:
    """The ends are the values r at which a - r b has an interval that ends at 0: MOVER for the difference a - r b."""
    a, b = Score(value=0.8, low=0.7, high=0.87), Score(value=0.2, low=0.14, high=0.29)
    value, low, high = quotient(a, b)
    assert value == pytest.approx(4)
    assert (a.value - low * b.value) ** 2 == pytest.approx((a.value - a.low) ** 2 + low**2 * (b.high - b.value) ** 2)
    assert (high * b.value - a.value) ** 2 == pytest.approx((a.high - a.value) ** 2 + high**2 * (b.value - b.low) ** 2)
    assert quotient(a, Score(value=0.0, low=0.0, high=0.1))[::2] == (inf, inf)


def test_each_share_is_as_sure_as_the_images_of_its_own_class_make_it() -> None:
    perfect = Score(value=1.0, low=1.0, high=1.0)
    found = predictive_values(perfect, perfect, 0.3, images=(20, 80), label="ill")
    wider = predictive_values(share(20, 20), share(80, 80), 0.3, images=(20, 80), label="ill")
    assert (found.ppv.interval, found.npv.interval) == (wider.ppv.interval, wider.npv.interval)
