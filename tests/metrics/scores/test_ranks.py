from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from sightline.metrics.scores.ranks import auc, average_precision, curves, one_vs_one_auc, overall_auc

SCORES = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30)


@settings(max_examples=60, deadline=None)
@given(SCORES)
def test_auc_and_average_precision_are_sklearns_with_ties_and_weights(rows: list[tuple[int, bool, int]]) -> None:
    score, positive, weight = (np.array(column) for column in zip(*rows, strict=True))
    walk = curves(score.astype(float), positive, weight[None].astype(float))
    hits, misses = (weight * positive).sum(), (weight * ~positive).sum()
    if hits and misses:
        np.testing.assert_allclose(auc(*walk)[0], roc_auc_score(positive, score, sample_weight=weight))
    else:
        assert np.isnan(auc(*walk)[0])
    if hits:
        np.testing.assert_allclose(average_precision(*walk)[0], average_precision_score(positive, score, sample_weight=weight))
    else:
        assert np.isnan(average_precision(*walk)[0])


def test_without_weights_each_counts_once() -> None:
    rng = np.random.default_rng(0)
    score, positive = rng.integers(0, 9, 50) / 9, rng.random(50) < 0.4
    assert auc(*curves(score, positive)) == pytest.approx(roc_auc_score(positive, score))
    assert average_precision(*curves(score, positive)) == pytest.approx(average_precision_score(positive, score))


def test_auc_turns_round_with_the_scores() -> None:
    rng = np.random.default_rng(0)
    score, positive = rng.integers(0, 9, 50) / 9, rng.random(50) < 0.4
    assert auc(*curves(score, positive)) + auc(*curves(-score, positive)) == pytest.approx(1)


def test_all_scores_equal_is_chance() -> None:
    positive = np.array([True, False, False, True, False])
    assert auc(*curves(np.full(5, 0.3), positive)) == 0.5
    assert average_precision(*curves(np.full(5, 0.3), positive)) == pytest.approx(0.4)


def test_no_images_have_no_score() -> None:
    walk = curves(np.empty(0), np.empty(0, bool), np.ones((1, 0)))
    assert np.isnan(auc(*walk)).all()
    assert np.isnan(average_precision(*walk)).all()


@pytest.mark.parametrize("classes", [3, 5])
def test_hand_and_till_is_sklearns(classes: int) -> None:
    rng = np.random.default_rng(classes)
    labels, probabilities = rng.integers(0, classes, 80), rng.dirichlet(np.ones(classes), 80)
    weights = rng.integers(0, 3, (4, 80)).astype(float)
    ours = one_vs_one_auc(labels, probabilities, weights)
    for row, weight in zip(ours, weights.astype(int), strict=True):
        repeated = np.repeat(labels, weight), np.repeat(probabilities, weight, axis=0)
        assert row == pytest.approx(roc_auc_score(*repeated, multi_class="ovo", average="macro"))


def test_hand_and_till_passes_over_pairs_of_absent_classes() -> None:
    rng = np.random.default_rng(0)
    labels, probabilities = rng.integers(0, 2, 40), rng.dirichlet(np.ones(3), 40)
    first = auc(*curves(probabilities[:, 0], labels == 0))
    second = auc(*curves(probabilities[:, 1], labels == 1))
    assert one_vs_one_auc(labels, probabilities, np.ones((1, 40)))[0] == pytest.approx((first + second) / 2)
    assert np.isnan(one_vs_one_auc(np.zeros(40, int), probabilities, np.ones((1, 40)))[0])


def test_binary_auc_is_that_of_the_last_class() -> None:
    labels = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.2, 0.8]])
    assert overall_auc(labels, probabilities, np.ones((1, 4)))[0] == pytest.approx(roc_auc_score(labels, probabilities[:, 1]))


def test_weights_may_have_any_number_of_axes_before_that_of_the_images() -> None:
    rng = np.random.default_rng(0)
    score, positive, weights = rng.random(9).round(1), rng.random(9) < 0.5, rng.integers(0, 4, (2, 3, 9))
    walks = curves(score, positive, weights)
    for found in (auc(*walks), average_precision(*walks)):
        assert found.shape == (2, 3)
    for i in range(2):
        np.testing.assert_allclose(auc(*walks)[i], auc(*curves(score, positive, weights[i])))
        np.testing.assert_allclose(average_precision(*walks)[i, 1], average_precision(*curves(score, positive, weights[i, 1])))
