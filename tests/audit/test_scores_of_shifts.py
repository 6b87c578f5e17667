from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test

from sightline.audit.scores import log_odds, permuted_within, shift_within, sign_flip


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
