"""Tags and permutations."""

from __future__ import annotations

import numpy as np
import pytest
from readers import SAMPLING
from scipy.stats import permutation_test

from sightline.audit.scores import log_odds, permuted_within, shift_within, sign_flip
from sightline.audit.tags import by_tags
from sightline.types import Record


def data(effect: float, n: int = 80, seed: int = 0):
    """Two classes; the tag goes with class 1, and adds `effect` to the log-odds of class 1."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    tagged = rng.random(n) < 0.3 + 0.4 * labels
    odds = 2 * labels - 1 + rng.normal(0, 0.5, n) + effect * tagged
    p = 1 / (1 + np.exp(-odds))
    records = [Record(f"r{i}", None, "ab"[labels[i]], tags={"ruler": bool(tagged[i]), "age": 40}) for i in range(n)]
    return records, labels, np.stack([1 - p, p], 1), tagged


def test_a_tag_that_only_goes_with_the_class_shifts_nothing_within_it():
    records, labels, probabilities, tagged = data(0)
    assert log_odds(probabilities[tagged, 1]).mean() - log_odds(probabilities[~tagged, 1]).mean() > 0.5, "across the classes it does"
    found = by_tags(records, labels, probabilities, ("a", "b"), np.arange(80), SAMPLING)
    assert set(found) == {"ruler"}
    change = found["ruler"].change["b"]
    assert change.low < 0 < change.high
    assert change.p > 0.05
    assert found["ruler"].tagged + found["ruler"].untagged == 80
    assert set(found["ruler"].by_group) == {"a, ruler", "a, no ruler", "b, ruler", "b, no ruler"}


def test_a_tag_that_moves_the_scores_is_found_with_its_size():
    records, labels, probabilities, _ = data(1)
    change = by_tags(records, labels, probabilities, ("a", "b"), np.arange(80), SAMPLING)["ruler"].change["b"]
    assert change.value == pytest.approx(1, abs=0.3)
    assert change.low > 0
    assert change.p < 0.001


def test_rare_tags_are_left_out():
    records, labels, probabilities, _ = data(0, n=12)
    rare = [Record(r.id, None, r.label, tags={"ruler": i < 2}) for i, r in enumerate(records)]
    assert by_tags(rare, labels, probabilities, ("a", "b"), np.arange(12), SAMPLING) == {}


def test_the_shift_within_classes_is_the_weighted_mean_of_the_differences():
    rng = np.random.default_rng(1)
    labels, tagged, values = rng.integers(0, 3, 60), rng.random(60) < 0.4, rng.normal(size=60)
    above = below = 0.0
    for label in range(3):
        a, b = values[(labels == label) & tagged], values[(labels == label) & ~tagged]
        weight = len(a) * len(b) / (len(a) + len(b))
        above, below = above + weight * (a.mean() - b.mean()), below + weight
    once = np.ones((1, 60))
    assert shift_within(values, tagged, labels, once)[0] == pytest.approx(above / below)
    twice = np.concatenate([shift_within(np.tile(values, 2), np.tile(tagged, 2), np.tile(labels, 2), np.ones((1, 120)))])
    assert shift_within(values, tagged, labels, 2 * once) == pytest.approx(twice)
    assert np.isnan(shift_within(values, np.zeros(60, bool), labels, once)).all()


def test_p_values_are_those_of_scipy_and_patients_count_once():
    rng = np.random.default_rng(2)
    changes = rng.normal(0.25, 1, 40)
    oracle = permutation_test((changes, np.zeros(40)), lambda x, y, axis: (x - y).mean(axis), permutation_type="samples")
    assert sign_flip(changes) == pytest.approx(oracle.pvalue, abs=0.02)
    assert sign_flip(np.tile(changes, 3), np.tile(np.arange(40), 3)) == pytest.approx(oracle.pvalue, abs=0.02)
    assert sign_flip(np.zeros(20)) == 1
    values, tagged = rng.normal(size=40), np.arange(40) < 15
    values[tagged] += 0.6
    two = permutation_test((values[tagged], values[~tagged]), lambda x, y, axis: x.mean(axis) - y.mean(axis))
    one_class = np.zeros(40, int)
    assert permuted_within(values, tagged, one_class) == pytest.approx(two.pvalue, abs=0.02)
    copies = (np.tile(v, 3) for v in (values, tagged, one_class))
    assert permuted_within(*copies, groups=np.tile(np.arange(40), 3)) == pytest.approx(two.pvalue, abs=0.02)


def test_log_odds_are_bounded():
    assert log_odds(np.array([0.5, 1.0, 0.0])) == pytest.approx([0, 9.21, -9.21], abs=0.01)
