"""The second tables of `benchmarks/arms.py`: they say what the runs themselves say, and what independent implementations say."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from invented_run import invent
from sklearn.metrics import average_precision_score, balanced_accuracy_score, precision_recall_fscore_support

from sightline.metrics.comparisons.compare import Judged
from sightline.metrics.scores.masks import mask_scores

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCORES = runpy.run_path(str(BENCHMARKS / "paper_scores.py"))


def answers(seed: int) -> Judged:
    rng = np.random.default_rng(seed)
    labels = np.arange(40) % 3 // 2  # two thirds are 0
    p = np.clip(0.3 + 0.3 * labels + rng.normal(0, 0.2, 40), 0.01, 0.99)
    return Judged([str(i) for i in range(40)], labels, np.stack([1 - p, p], 1))


def test_class_scores_are_sklearns_and_their_mean_over_seeds():
    two = [answers(0), answers(1)]
    found = SCORES["class_scores"](two, (*SCORES["CLASS_SCORES"]["001"], *SCORES["CLASS_SCORES"]["003"]))
    macro = [precision_recall_fscore_support(a.labels, a.probabilities.argmax(1), average="macro")[:3] for a in two]
    for name, values in zip(("precision", "sensitivity", "F1"), zip(*macro, strict=True), strict=True):
        assert found[name]["seeds"] == pytest.approx(values)
        assert found[name]["value"] == pytest.approx(np.mean(values))
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]
    assert found["specificity"]["seeds"] == pytest.approx(found["sensitivity"]["seeds"])  # two classes: 001-15
    assert found["balanced accuracy"]["seeds"] == pytest.approx([balanced_accuracy_score(a.labels, a.probabilities.argmax(1)) for a in two])
    assert found["average precision"]["seeds"] == pytest.approx([average_precision_score(a.labels, a.probabilities[:, 1]) for a in two])


def test_masks_are_judged_as_in_metrics_json():
    rng = np.random.default_rng(0)
    maps, rois = rng.random((6, 4, 4)), (rng.random((6, 8, 8)) > 0.6).astype(np.float32)
    maps[0], maps[1], rois[2] = 0.1, 0.9, 0
    found = SCORES["masks"](maps, rois)
    expected = mask_scores(maps, rois, np.ones(6, bool))
    for column, name in (("Dice", "dice"), ("empty masks", "empty"), ("whole-image masks", "whole")):
        score = SCORES["over_seeds"](found[column][None])
        assert score["value"] == pytest.approx(getattr(expected, name).value)
        assert score["seeds"] == pytest.approx([getattr(expected, name).value])
    assert np.isnan(found["Dice"][2]), "nothing to find there"
    assert found["empty masks"][0] == found["whole-image masks"][1] == 1


def test_003_29_every_map_has_its_jaccard_and_the_two_are_compared_image_by_image(tmp_path):
    settings = {"attention": {"name": "gates"}, "losses.guidance": []}
    looks = [("lesion", "0"), ("middle", "1")]
    runs = [invent(tmp_path / n, looks=look, settings=settings, maps=("gate1", "gate2"), splits=("matched",)) for look, n in looks]
    found = SCORES["paper_scores"]("003", runs, "matched")
    assert list(found)[2:] == ["Jaccard of gate1", "Jaccard of gate2", "gate2 - gate1"]
    for name in ("gate1", "gate2"):
        own = [run.scores["matched"].localisation[name].minmax_jaccard.value for run in runs]
        assert found[f"Jaccard of {name}"]["seeds"] == pytest.approx(own, abs=0.01)  # metrics.json has regions in 256 steps
    assert found["gate2 - gate1"]["value"] == found["gate2 - gate1"]["low"] == 0, "the invented maps are equal"


def test_003_29_the_difference_is_the_deeper_map_minus_the_shallower():
    maps, rois = np.zeros((2, 4, 4)), np.zeros((2, 4, 4))
    maps[:, :2], rois[:, :2] = 1, 1
    found = SCORES["overlaps"]({"gate1": np.roll(maps, 1, axis=1), "gate2": maps}, rois)
    assert found["Jaccard of gate2"].tolist() == [1, 1]
    assert found["gate2 - gate1"] == pytest.approx(1 - 4 / 12)


def test_003_29_a_map_without_positive_evidence_has_its_overlap_too():
    maps, rois = -np.ones((1, 4, 4)), np.zeros((1, 4, 4))
    maps[:, :2], rois[:, :2] = -0.5, 1
    assert SCORES["overlaps"]({"cam": maps}, rois)["Jaccard of cam"].tolist() == [1]


def test_a_column_that_an_arm_has_not_is_a_dash(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    arms = runpy.run_path(str(BENCHMARKS / "arms.py"))
    plain = invent(tmp_path / "plain", settings={"attention": {"name": "none"}, "losses.guidance": []}, maps=(), splits=("val",))
    score = {"value": 0.5, "low": 0.25, "high": 0.75, "seeds": [0.4, 0.6]}
    own = SCORES["paper_scores"]("003", [plain], "val")
    table = arms["paper_table"]({"plain": {"val": {"paper": own}}, "gated": {"val": {"paper": {"Jaccard of gate2": score}}}})
    assert table[0] == "| arm | split | balanced accuracy | average precision | Jaccard of gate2 |"
    assert table[2].endswith("| - |")
    assert table[3] == "| gated | val | - | - | 0.500 [0.250, 0.750]; seeds 0.400 to 0.600 |"
