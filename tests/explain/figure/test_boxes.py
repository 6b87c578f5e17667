from __future__ import annotations

import numpy as np
import pytest
from drawn_figures import kind
from invented_run import invent

from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.explain.figure.boxes import grouped
from sightline.explain.figure.kind import Options
from sightline.results.scores import Pointing


def test_004_19_runs_that_differ_in_seeds_are_one_box_and_others_say_in_what(tmp_path):
    arms = [(0, {}), (1, {}), (0, {"train.batch_size": 4})]
    runs = [invent(tmp_path / str(i), settings={"train.seed": seed} | own, splits=()) for i, (seed, own) in enumerate(arms)]
    assert {name: [run.name for run in members] for name, members in grouped(runs).items()} == {
        "demo-guided, batch_size=16": ["0", "1"],
        "demo-guided, batch_size=4": ["2"],
    }
    assert list(grouped(runs[:2])) == ["demo-guided"]


def test_004_19_a_star_stands_over_trainings_that_differ_from_those_of_the_same_network_without_guidance(tmp_path):
    """Five against five, by ranks: with one pair of trainings the other way round, p is 4 / 252, however far the best one leads; with eight
    pairs of 25, p is 0.42."""
    small = {"counts": (8, 6, 12), "splits": ("matched",)}
    aucs = {
        ("demo-label-only", "test_resnet"): [0.70, 0.71, 0.72, 0.73, 0.74],
        ("demo-guided", "test_resnet"): [0.735, 0.75, 0.76, 0.77, 0.99],
        ("demo-label-only", "test_vit"): [0.80, 0.81, 0.82, 0.83, 0.84],
        ("demo-guided", "test_vit"): [0.825, 0.826, 0.827, 0.828, 0.85],
    }
    runs = []
    for (recipe, network), several in aucs.items():
        for seed, auc in enumerate(several):
            settings = {"train.seed": seed, "backbone.name": network}
            run = invent(tmp_path / f"{recipe}-{network}-{seed}", recipe, seed=seed, settings=settings, **small)
            good = run.scores["matched"].classification
            good = good.but(auc=good.auc.but(value=auc))
            # pointing is better with guidance for the other network
            share = (seed + 1) / 10 + 0.5 * (recipe == "demo-guided" and network == "test_vit")
            into = {"cam": {"melanoma": Pointing(value=share, low=None, high=None, n=4, chance=0.01)}}
            write_json(run.path / "metrics.json", {"matched": run.scores["matched"].but(classification=good, pointing=into)})
            runs.append(Run(run.path))
    panels = {axes.get_title(loc="left"): axes for axes in kind("box-plots")(runs, Options(split="matched")).axes if axes.axison}
    stars = {title: [text.get_position()[0] for text in axes.texts if text.get_text() == "*"] for title, axes in panels.items()}
    assert stars == {"AUC": [0.5], "pointing, melanoma": [2.5]}


def test_004_19_boxes_span_the_quartiles_and_dots_and_medians_are_those_of_the_trainings(tmp_path):
    aucs, share = [0.61, 0.70, 0.72, 0.95, 0.83], [0.2, 0.9, 0.4, 0.5, 0.6]
    runs = []
    for seed, (auc, pointing) in enumerate(zip(aucs, share, strict=True)):
        run = invent(tmp_path / str(seed), seed=seed, settings={"train.seed": seed}, counts=(8, 6, 12), splits=("matched",))
        scores = run.scores["matched"]
        good = scores.classification.but(auc=scores.classification.auc.but(value=auc))
        into = Pointing(value=pointing, low=None, high=None, n=4, chance=0.01)
        write_json(run.path / "metrics.json", {"matched": scores.but(classification=good, pointing={"cam": {"melanoma": into}})})
        runs.append(Run(run.path))
    panels = {axes.get_title(loc="left"): axes for axes in kind("box-plots")(runs, Options(split="matched")).axes if axes.axison}
    assert list(panels) == ["AUC", "pointing, melanoma"]
    for axes, values in zip(panels.values(), (aucs, share), strict=True):
        (box,) = axes.patches
        span = box.get_path().vertices[:, 1]
        assert (span.min(), span.max()) == pytest.approx(tuple(np.percentile(values, [25, 75])))
        dots = next(line for line in axes.lines if line.get_marker() == "o")
        assert sorted(dots.get_ydata()) == sorted(values)
        assert f"{np.median(values):.3f}" in [text.get_text() for text in axes.texts]
