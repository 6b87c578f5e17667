"""Thresholds come from the validation images and from nowhere else."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sightline.engine.evaluate import evaluate
from sightline.engine.run import Attention, Predictions
from sightline.engine.thresholds import at_thresholds, chosen_thresholds
from sightline.engine.train import train
from sightline.results.scores import Thresholds


def answers(n: int = 60, seed: int = 0) -> tuple[Predictions, Attention, np.ndarray]:
    """A classifier whose probabilities are all far below a half, and whose maps are wider than the regions; ROI maps (n, 24, 24)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    chance = 0.1 + 0.1 * labels + 0.04 * rng.normal(size=n)
    rois = np.zeros((n, 24, 24), np.uint8)
    rois[:, 9:15, 9:15] = 255
    y = np.abs(np.arange(24) - 11.5)
    maps = np.exp(-(np.maximum(y[:, None], y) ** 2) / 60) + 0.02 * rng.random((n, 24, 24))
    ids = [f"i{i}" for i in range(n)]
    looked = Attention(ids, np.ones(n, bool), labels, {"cam": maps.astype(np.float32)}, {}, labels)
    return Predictions(ids, labels, np.column_stack([1 - chance, chance])), looked, rois


def test_kept_thresholds_serve_where_a_half_does_not() -> None:
    said, looked, rois = answers()
    kept = chosen_thresholds(said, looked, rois)
    assert kept.decision == pytest.approx(0.15, abs=0.02)
    assert kept.maps["cam"] > 0.6
    decision, maps = at_thresholds(kept, *answers(seed=1), bootstrap=50)
    assert decision.balanced_accuracy.value > 0.8
    assert (answers(seed=1)[0].probabilities.argmax(axis=1) == 0).all()
    assert maps["cam"].jaccard.value > 0.7


def test_only_two_classes_have_a_decision_threshold_and_only_annotated_images_a_map_threshold() -> None:
    said, looked, rois = answers()
    three = Predictions(said.ids, said.labels, np.column_stack([said.probabilities, np.zeros(60)]))
    unknown = Attention(looked.ids, np.zeros(60, bool), looked.explained, looked.maps, {}, looked.decided)
    kept = chosen_thresholds(three, unknown, rois)
    assert kept == Thresholds(chosen_on="val", decision=None, maps={"cam": None})
    assert at_thresholds(kept, three, looked, rois) == (None, {})
    assert chosen_thresholds(said, None, rois).maps == {}


def test_a_run_keeps_the_thresholds_of_its_validation_images(tiny_recipe, tmp_path) -> None:
    run = train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=lambda _: None)
    assert run.thresholds is None
    before = evaluate(run, ["matched"])["matched"]
    assert before.classification.at_threshold is None
    found = evaluate(run, ["matched", "val"])
    assert list(found) == ["matched", "val"]
    kept = json.loads((run.path / "thresholds.json").read_text(encoding="utf-8"))
    assert run.thresholds.to_json() == kept
    assert found["val"].classification.at_threshold is None
    assert found["val"].localisation["cam"].at_threshold is None
    for split, scores in (found | evaluate(run, ["flipped"])).items():
        if split != "val":
            decision, overlap = scores.classification.at_threshold, scores.localisation["cam"].at_threshold
            assert decision.threshold == kept["decision"]
            assert overlap.threshold == pytest.approx(kept["maps"]["cam"])
            assert decision.oracle.balanced_accuracy >= decision.balanced_accuracy.value - 1e-12
            assert overlap.oracle.jaccard >= overlap.jaccard.value - 1e-12
    assert run.thresholds.to_json() == kept
