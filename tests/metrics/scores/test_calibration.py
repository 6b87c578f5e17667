"""Scores of probabilities against closed forms, a literal count, and other programs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import brier_score_loss
from torchmetrics.functional.classification import binary_calibration_error, multiclass_calibration_error

from sightline.metrics.scores.calibration import (
    bin_of,
    brier,
    calibration_scores,
    error_if_right,
    expected_error,
    judged,
    overconfidence,
    reliability,
)

ONCE = {"bootstrap": 50}


def right(n: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels drawn from them."""
    rng = np.random.default_rng(seed)
    said = rng.dirichlet(np.ones(classes), n)
    return (rng.random((n, 1)) > said.cumsum(axis=1)).sum(axis=1).clip(0, classes - 1), said


def ece(labels: np.ndarray, said: np.ndarray) -> float:
    return float(expected_error(*judged(labels, said), np.ones((1, len(labels))))[0])


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 1.0])
def test_brier_and_error_of_one_probability_for_all_images(p: float) -> None:
    """Brier: s (1 - p)^2 + (1 - s) p^2 of a share s of the last class; calibration error: |p - s|."""
    labels, said = np.repeat([0, 1], [70, 30]), np.tile([1 - p, p], (100, 1))
    assert brier(labels, said).mean() == pytest.approx(0.3 * (1 - p) ** 2 + 0.7 * p**2)
    assert ece(labels, said) == pytest.approx(abs(p - 0.3))
    assert overconfidence(labels, said).mean() == pytest.approx(max(p, 1 - p) - (0.3 if p > 0.5 else 0.7))


def test_brier_lies_between_0_and_1_and_of_two_classes_is_the_usual_one() -> None:
    labels, said = right(200, 2)
    assert brier(labels, said).mean() == pytest.approx(brier_score_loss(labels, said[:, 1]))
    assert brier(np.array([0, 0]), np.eye(4)[[0, 3]]).tolist() == [0, 1]


@pytest.mark.parametrize("classes", [2, 4])
def test_error_is_that_of_torchmetrics(classes: int) -> None:
    labels, said = right(500, classes)
    labels = np.where(np.arange(500) % 3, labels, 0)  # not right any more
    theirs = (
        binary_calibration_error(torch.from_numpy(said[:, 1]), torch.from_numpy(labels), n_bins=15)
        if classes == 2
        else multiclass_calibration_error(torch.from_numpy(said), torch.from_numpy(labels), num_classes=classes, n_bins=15)
    )
    assert ece(labels, said) == pytest.approx(float(theirs), abs=1e-6)
    assert ece(labels, said) > 0.05


@pytest.mark.parametrize("classes", [2, 4])
def test_error_of_right_probabilities_tends_to_0_as_the_level_says(classes: int) -> None:
    few, many = (np.mean([ece(*right(n, classes, seed)) for seed in range(30)]) for n in (100, 40_000))
    assert few > 0.05
    assert many < 0.006
    assert np.mean([error_if_right(judged(*right(100, classes, seed))[0])[0] for seed in range(30)]) == pytest.approx(few, rel=0.15)


def test_right_probabilities_seldom_exceed_the_high_level() -> None:
    drawn = [right(100, 2, seed) for seed in range(200)]
    exceeded = [ece(labels, said) > error_if_right(said[:, 1])[1] for labels, said in drawn]
    assert 0.01 < np.mean(exceeded) < 0.12


def test_bins_hold_their_lower_boundary_and_the_last_one_also_1() -> None:
    assert bin_of(np.array([0, 0.0666, 1 / 15, 0.5, 0.9999, 1.0])).tolist() == [0, 0, 1, 7, 14, 14]


def test_an_image_that_counts_twice_is_an_image_that_is_there_twice() -> None:
    labels, said = right(30, 3)
    twice = np.ones(30)
    twice[:7] = 2
    again = np.concatenate([np.arange(30), np.arange(7)])
    weighted = expected_error(*judged(labels, said), twice[None])[0]
    assert weighted == pytest.approx(ece(labels[again], said[again]))


def test_scores_before_and_after_with_a_paired_change() -> None:
    labels, said = right(400, 2)
    sure = said**3 / (said**3).sum(axis=1, keepdims=True)  # three times too sure
    found = calibration_scores(labels, sure, said, **ONCE)
    assert found.before.overconfidence.low > 0
    assert found.after.overconfidence.low < 0 < found.after.overconfidence.high
    assert found.change.value == pytest.approx(found.after.brier.value - found.before.brier.value)
    assert found.change.high < 0
    width = found.change.high - found.change.low
    assert width < found.before.brier.high - found.before.brier.low, "the same images before and after"
    assert found.before.ece.if_right < found.before.ece.value
    alone = calibration_scores(labels, sure, **ONCE)
    assert (alone.after, alone.change, alone.before) == (None, None, found.before)


def test_patients_are_drawn_as_a_whole() -> None:
    labels, said = right(60, 2)
    many, groups = np.tile(labels, 20), np.tile(np.arange(60), 20)
    by_image, by_patient = (calibration_scores(many, np.tile(said, (20, 1)), groups=g, bootstrap=300).before.brier for g in (None, groups))
    assert by_patient.high - by_patient.low > 3 * (by_image.high - by_image.low)


def test_bins_are_counted_as_they_are() -> None:
    labels, said = np.array([0, 1, 1, 0]), np.array([[0.98, 0.02], [0.96, 0.04], [0.3, 0.7], [0.28, 0.72]])
    first, second = reliability(labels, said)
    assert (first.n, first.claimed, first.share) == (2, pytest.approx(0.03), 0.5)
    assert (second.n, second.claimed, second.share) == (2, pytest.approx(0.71), 0.5)
