"""Scores under weights are those of the same images without weights."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.scores.answered import Answered
from sightline.metrics.scores.classification import classification
from sightline.metrics.scores.thresholds import decided


def invented(n=60, classes=2, seed=0, **more):
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=n)
    probabilities = rng.dirichlet(np.ones(classes), size=n) * 0.6 + 0.4 * np.eye(classes)[labels]
    names = [f"c{i}" for i in range(classes)]
    return Answered(labels, probabilities, decided(probabilities, 0.3 if classes == 2 else None), names, **more)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_scores_are_those_of_the_classification(classes):
    answered = invented(classes=classes)
    there = np.arange(60) % 2 == 0
    own = {name: value[0] for name, value in answered.scores(there[None].astype(float)).items()}
    whole = classification(answered.labels[there], answered.probabilities[there], answered.classes, bootstrap=10)
    for name in ("accuracy", "balanced_accuracy", "auc"):
        assert own[name] == pytest.approx(getattr(whole, name).value)
    assert ("sensitivity" in own) == (classes == 2)


def test_sensitivity_is_that_of_the_decisions_and_not_of_the_most_probable_class():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.6, 0.4], [0.1, 0.9]])
    found = Answered(np.array([0, 0, 1, 1]), probabilities, np.array([0, 1, 1, 1]), ["n", "m"]).scores(np.ones((1, 4)))
    assert [found[name][0] for name in ("sensitivity", "specificity", "accuracy")] == [1, 0.5, 0.75]


def test_a_class_without_images_leaves_its_scores_undefined_and_epg_is_of_known_regions():
    answered = invented(epg=np.where(np.arange(60) < 10, 0.25, np.nan))
    healthy = answered.scores((answered.labels == 0)[None].astype(float))
    assert [bool(np.isnan(healthy[name][0])) for name in ("sensitivity", "auc", "specificity", "accuracy")] == [True, True, False, False]
    assert answered.scores(np.ones((1, 60)))["epg"][0] == 0.25


def test_the_brier_score_is_that_of_the_calibrated_probabilities():
    plain = invented()
    perfect = invented(calibrated=np.eye(2)[plain.labels])
    assert perfect.scores(np.ones((1, 60)))["brier"][0] == 0
    assert plain.scores(np.ones((1, 60)))["brier"][0] > 0
    assert perfect.scores(np.ones((1, 60)))["auc"][0] == plain.scores(np.ones((1, 60)))["auc"][0]
