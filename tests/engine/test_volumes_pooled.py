"""Scores of volumes, from what is said of their slices."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.engine.decision import Decision
from sightline.engine.kept_answers import Predictions
from sightline.engine.volumes import volume_scores
from sightline.results.calibration import Calibration
from sightline.types import Record

SAMPLING = {"bootstrap": 50, "confidence": 0.95, "seed": 0}
# four volumes of two slices each; of the last class: 0.2, 0.45, 0.35, 0.8 on average
LAST = np.array([0.1, 0.3, 0.1, 0.8, 0.3, 0.4, 0.9, 0.7])
LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def records(patients: str = "abcd") -> list[Record]:
    return [Record(f"{v}#{s}", None, "", volume=f"v{v}", group=patients[v]) for v in range(4) for s in range(2)]


def said(last: np.ndarray = LAST, labels: np.ndarray = LABELS) -> Predictions:
    return Predictions([record.id for record in records()], labels, np.column_stack([1 - last, last]))


def test_images_that_are_no_slices_have_no_volumes() -> None:
    flat = [Record(str(i), None, "") for i in range(8)]
    assert volume_scores(said(), flat, ("no", "yes"), "mean", **SAMPLING) is None


def test_a_volume_is_decided_by_the_mean_of_its_slices_or_by_its_most_striking_one() -> None:
    mean, most = (volume_scores(said(), records(), ("no", "yes"), how, **SAMPLING) for how in ("mean", "max"))
    assert (mean.n, mean.slices, mean.pool) == (4, 8, "mean")
    assert mean.classification.confusion == [[2, 0], [1, 1]]
    assert most.classification.confusion == [[1, 1], [1, 1]]
    assert mean.classification.at_threshold is None


def test_volumes_are_decided_at_the_threshold_of_the_slices_after_calibration() -> None:
    decision = Decision(0.34, Calibration(method="temperature", slope=0.5, n=9))
    found = volume_scores(said(), records(), ("no", "yes"), "mean", decision, **SAMPLING).classification.at_threshold
    assert found.threshold == pytest.approx(decision.shown_at(0.34))
    shown = decision.shown(said().probabilities)[:, 1].reshape(4, 2).mean(1)
    right = (shown >= found.threshold) == [False, False, True, True]
    assert found.specificity.value == right[:2].mean()
    assert found.sensitivity.value == right[2:].mean()


def test_slices_and_other_images_can_stand_beside_each_other() -> None:
    mixed = [*records()[:4], *(Record(str(i), None, "") for i in range(4))]
    assert volume_scores(said(labels=np.array([0, 0, 1, 1, 0, 1, 0, 1])), mixed, ("no", "yes"), "mean", **SAMPLING).n == 2


def test_of_more_than_two_classes_a_volume_of_differing_slices_takes_no_part() -> None:
    three = Predictions(said().ids, np.array([0, 1, 0, 0, 1, 1, 2, 2]), np.full((8, 3), 1 / 3))
    assert volume_scores(three, records(), ("a", "b", "c"), "mean", **SAMPLING).n == 3
    differing = Predictions(said().ids, np.array([0, 1] * 4), np.full((8, 3), 1 / 3))
    assert volume_scores(differing, records(), ("a", "b", "c"), "mean", **SAMPLING) is None
