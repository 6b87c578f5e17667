"""Medians over seeds and the test between recipes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import f as f_distribution
from scipy.stats import mannwhitneyu

from sightline.metrics.comparisons.seeds import anova, seed_difference


def exact_p(a, b):
    """All ways to divide the scores, counted."""
    both = [*a, *b]
    mean = len(a) * len(b) / 2

    def far(x, y):
        return abs(sum(i > j for i in x for j in y) - mean)

    divisions = [
        far([both[i] for i in c], [both[i] for i in range(len(both)) if i not in c]) for c in combinations(range(len(both)), len(a))
    ]
    return np.mean([d >= far(a, b) - 1e-9 for d in divisions])


def test_medians_and_the_exact_test_of_five_trainings():
    """004-14, 004-16: five trainings each, medians, a test."""
    a, b = [0.78, 0.74, 0.80, 0.79, 0.70], [0.72, 0.71, 0.73, 0.69, 0.60]
    found = seed_difference(a, b)
    assert (found.median, found.base_median) == (0.78, 0.71)
    assert found.difference == pytest.approx(0.07)
    assert found.p == pytest.approx(exact_p(a, b))
    assert found.smallest_p == pytest.approx(2 / 252)
    assert (found.sd, found.base_sd) == pytest.approx((np.std(a, ddof=1), np.std(b, ddof=1)))


def test_004_19_many_trainings_without_ties_are_tested_exactly_too():
    a, b = [float(i) for i in (0, 2, 4, 5, 7, 9, 11, 12, 14)], [float(i) for i in (1, 3, 6, 8, 10, 13, 15, 16, 17)]
    assert seed_difference(a, b).p == pytest.approx(exact_p(a, b))


def test_few_trainings_say_little_and_one_says_nothing():
    assert seed_difference([3, 4, 5], [0, 1, 2]).p == pytest.approx(0.1)
    tied = [1, 1, 2], [0, 0, 1]
    assert seed_difference(*tied).p == pytest.approx(mannwhitneyu(*tied, method="asymptotic").pvalue)
    alone = seed_difference([1.0], [0.0])
    assert alone.p is alone.smallest_p is alone.sd is None


def test_it_does_not_matter_which_side_comes_first():
    a, b = [0.5, 0.6, 0.9, 0.4], [0.1, 0.7, 0.3, 0.2]
    assert seed_difference(a, b).p == seed_difference(b, a).p


def test_004_16_analysis_of_variance_by_hand():
    recipes = [[0.78, 0.74, 0.80], [0.72, 0.71, 0.73], [0.60, 0.62, 0.64, 0.66]]
    every = np.concatenate(recipes)
    between = sum(len(one) * (np.mean(one) - every.mean()) ** 2 for one in recipes) / 2
    within = sum(((np.array(one) - np.mean(one)) ** 2).sum() for one in recipes) / (len(every) - 3)
    assert anova(recipes) == pytest.approx(f_distribution.sf(between / within, 2, len(every) - 3))
    assert anova([*recipes, [0.9]]) == anova(recipes), "a single training has no spread"
    assert anova([[0.5, 0.6], [0.7]]) is anova([[0.5, 0.5], [0.7, 0.7]]) is None


def test_a_side_with_one_training_has_no_test_but_the_other_its_spread():
    for found, turned in ((seed_difference([1.0, 2.0, 3.0], [0.0]), False), (seed_difference([0.0], [1.0, 2.0, 3.0]), True)):
        assert found.p is found.smallest_p is None
        assert (found.sd, found.base_sd) == ((None, 1.0) if turned else (1.0, None))
    assert seed_difference([3.0, 4.0], [0.0, 1.0]).p == pytest.approx(1 / 3)


def test_one_recipe_that_always_scores_alike_does_not_forbid_the_analysis_of_variance():
    assert anova([[0.5, 0.5], [0.7, 0.8]]) == pytest.approx(f_distribution.sf(0.25**2 / 0.0025, 1, 2))
