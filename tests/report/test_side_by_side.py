"""Runs side by side: what is said of several trainings of a recipe."""

from __future__ import annotations

import pytest
from invented_run import invent

from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.report import write_report
from sightline.report.side_by_side import over_seeds, told
from sightline.results import Score
from sightline.results.scores import AUC, Best, Classification, ClassScores, Cut, Decided, MaskScores, Pointing, SplitScores

MASKS = MaskScores(n=12, **dict.fromkeys(("jaccard", "dice", "empty", "whole"), Score(value=0.5, low=0.4, high=0.6)))
SMALL = {"counts": (8, 6, 12), "splits": ("matched",)}


def test_trainings_of_a_recipe_are_put_together(tmp_path):
    base = [invent(tmp_path / f"base{s}", "demo-label-only", relies="ruler", looks="ruler", seed=s, **SMALL) for s in range(3)]
    guided = [invent(tmp_path / f"guided{s}", "demo-guided", seed=s, **SMALL) for s in range(3)]
    found = {row.metric: row for row in over_seeds([*base, *guided], "matched", base[0])}
    assert set(found) == {"accuracy", "auc", "epg"}
    assert found["epg"].recipe == "demo-guided"
    assert found["epg"].base == "demo-label-only"
    assert found["epg"].trainings == 3
    assert found["epg"].difference > 0
    assert found["epg"].p == found["epg"].smallest_p
    assert found["epg"].p_anova < 0.01


def test_004_14_trainings_of_another_backbone_are_put_together_by_themselves(tmp_path):
    """Both networks are the recipe `demo-label-only`, as both baselines of Zhu et al. 2022 are `ggcam-baseline`."""
    arms = [("demo-label-only", "test_resnet", 0.7), ("demo-label-only", "test_vit", 0.9), ("demo-guided", "test_resnet", 0.8)]
    runs = []
    for seed in range(3):
        for i, (recipe, network, auc) in enumerate(arms):
            run = invent(tmp_path / f"{i}-{seed}", recipe, seed=seed, settings={"train.seed": seed, "backbone.name": network}, **SMALL)
            good = run.scores["matched"].classification
            good = good.but(auc=good.auc.but(value=auc + 0.01 * seed))
            write_json(run.path / "metrics.json", {"matched": run.scores["matched"].but(classification=good)})
            runs.append(Run(run.path))
    found = [row for row in over_seeds(runs, "matched", runs[0]) if row.metric == "auc"]
    assert {row.recipe: (row.median, row.trainings) for row in found} == {
        "demo-label-only, backbone=test_vit": (pytest.approx(0.91), 3),
        "demo-guided": (pytest.approx(0.81), 3),
    }
    assert [(row.base, row.base_median) for row in found] == [("demo-label-only, backbone=test_resnet", pytest.approx(0.71))] * 2


def test_004_17_with_three_classes_those_of_each_class_are_put_together_and_where_maps_point():
    score = Score(value=0.5, low=0.4, high=0.6)
    shares = {name: score.but(value=value) for name, value in (("sensitivity", 0.41), ("precision", 0.42), ("f1", 0.43), ("auc", 0.44))}
    of_class = ClassScores(n=3, average_precision=score, specificity=score, **shares)
    classes = dict.fromkeys(("normal", "pneumonia", "cardiomegaly"), of_class)
    good = Classification(
        accuracy=score, balanced_accuracy=score, auc=AUC(value=0.7, low=0.6, high=0.8), per_class=classes, confusion=[], roc={}
    )
    pointing = {"cam": {"pneumonia": Pointing(value=0.9, low=0.8, high=1.0, n=3, chance=0.3)}}
    found = told(SplitScores(n=9, classes=list(classes), classification=good, pointing=pointing))
    assert found["auc"] == 0.7
    assert {name: found[name] for name in found if name.endswith("pneumonia")} == {
        "sensitivity of pneumonia": 0.41,
        "precision of pneumonia": 0.42,
        "f1 of pneumonia": 0.43,
        "auc of pneumonia": 0.44,
        "pointing of pneumonia": 0.9,
    }


def test_single_trainings_are_left_to_the_paired_difference(tmp_path):
    base, guided = invent(tmp_path / "base", "demo-label-only", **SMALL), invent(tmp_path / "guided", "demo-guided", **SMALL)
    assert over_seeds([base, guided], "matched", base) == []


def test_001_26_masks_that_say_nothing_are_on_the_page(tmp_path):
    run = invent(tmp_path / "gates", "gates", maps=("gate1",), settings={"data.name": "phantom"}, **SMALL)
    write_json(run.path / "metrics.json", {"matched": run.scores["matched"].but(masks={"gate1": MASKS})})
    page = write_report(Run(run.path)).read_text(encoding="utf-8")
    assert "As a predicted mask" in page
    assert "whole image" in page


def test_kept_thresholds_stand_beside_their_oracles_on_the_page(tmp_path):
    run = invent(tmp_path / "run", "demo-guided", **SMALL)
    scores, score = run.scores["matched"], Score(value=0.8765, low=0.7, high=0.9)
    shares = dict.fromkeys(("sensitivity", "specificity", "balanced_accuracy"), score)
    decision = Decided(threshold=0.321, **shares, oracle=Best(threshold=0.4, balanced_accuracy=0.9123))
    cut = Cut(threshold=0.35, jaccard=score, oracle=None)
    good = scores.classification.but(at_threshold=decision)
    maps = scores.localisation | {"cam": scores.localisation["cam"].but(at_threshold=cut)}
    write_json(run.path / "metrics.json", {"matched": scores.but(classification=good, localisation=maps)})
    page = write_report(Run(run.path)).read_text(encoding="utf-8")
    assert page.count("At a threshold chosen on validation images") == page.count("Cut at a threshold chosen") == 1
    assert "0.321" in page
    assert "0.876" in page
    assert '<td class="quiet">0.912</td>' in page
    assert "<td>0.35</td>" in page
    assert '<td class="quiet">–</td>' in page
