from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sightline.data.sampling import EpochSampler
from sightline.engine.compare import baseline
from sightline.engine.run import Run
from sightline.recipe import load_recipe, recipe_names
from sightline.report import facts
from sightline.report.differences import compared


@pytest.fixture
def uneven(guided, monkeypatch):
    """Its training set has 6 nevi and 2 melanomas."""
    rows = [{"id": str(i), "split": "train", "label": "nevus" if i < 6 else "melanoma", "group": "", "annotated": "0"} for i in range(8)]
    run = Run(guided.path)
    monkeypatch.setattr(Run, "split_table", rows)
    return run


@pytest.mark.parametrize("balance", ["none", "class_weights", "oversample", "weighted_sampler"])
def test_classes_after_balancing_are_what_the_sampler_shows(uneven, balance):
    uneven.__dict__["recipe"] = uneven.recipe.with_settings(data__balance=balance)
    before, after = facts.balanced(uneven)
    assert before == {"nevus": 6, "melanoma": 2}
    sampler = EpochSampler([0] * 6 + [1] * 2, balance=balance)
    shown = Counter()
    for epoch in range(300):
        sampler.set_epoch(epoch)
        shown.update(int(key.index >= 6) for key in sampler)
    found = after or before
    assert [shown[0] / 300, shown[1] / 300] == pytest.approx([found["nevus"], found["melanoma"]], rel=0.05)


def test_balance_is_said_with_its_groups_and_only_where_there_are_groups(guided):
    assert facts.balance_words(guided) == "classes as they are"
    guided.__dict__["recipe"] = guided.recipe.with_settings(data__balance="oversample", data__balance_by=["ruler"])
    assert facts.balance_words(guided).endswith("equally large, each of them divided by ruler into groups that count like classes")
    del guided.__dict__["recipe"]


@pytest.mark.parametrize("name", recipe_names())
def test_the_losses_of_every_recipe_are_put_into_words(name):
    recipe = load_recipe(name)
    said = facts.losses(recipe)
    for stage in [recipe.at_stage(s) for s in recipe.stages] or [recipe]:
        for loss in [stage.losses.classification, *stage.losses.guidance, *stage.losses.behaviour]:
            assert f"({loss.name}, weight" in said


def test_counts_add_up(guided):
    splits, rows = facts.split_counts(guided)
    table = dict(rows)
    assert set(splits) == {"train", "val", "matched", "flipped", "removed"}
    assert np.add(table["nevus"], table["melanoma"]).tolist() == table["all"]


def test_the_baseline_is_the_arm_that_was_not_guided(guided, label_only):
    assert baseline([guided, label_only]) is label_only
    assert baseline([guided]) is guided


def test_differences_are_run_minus_baseline_and_epg_is_read_on_one_set_only(guided, label_only):
    found = compared([guided, label_only], label_only, ["matched", "flipped"], closely=("matched",)).of["guided"]
    assert found["flipped"]["accuracy"].low > 0.3
    assert found["matched"]["epg"].verdict == "higher"
    assert "epg" not in found["flipped"]


def test_images_of_one_patient_are_drawn_together(guided, monkeypatch):
    rows = [row | {"group": f"patient {i // 4}"} for i, row in enumerate(guided.split_table)]
    run = Run(guided.path)
    monkeypatch.setattr(Run, "split_table", rows)
    ids = run.predictions("matched").ids
    assert len(set(run.groups(ids).tolist())) < len(ids)
    monkeypatch.setattr(Run, "split_table", [row | {"group": ""} for row in rows])
    assert run.groups(ids) is None


def test_what_became_of_the_annotations_is_put_into_words(guided):
    def said(**roi):
        return facts.regions(guided.recipe.with_settings(data__roi=roi))

    assert said() == "as annotated"
    assert said(of=["streaks", "globules"], invert=True) == "streaks and globules, inverted: everything but the region"
    assert said(shape="polygon", grow=-0.2) == "as annotated, outlined coarsely, shrunk by 20% of the radius"
    assert said(pseudo="u-net").startswith("masks predicted by a network where there are any, else as annotated")
    assert said(noise=0.1, shift=0.5) == "as annotated, outlines displaced smoothly by 10% of the radius, shifted by 50% of the radius"
