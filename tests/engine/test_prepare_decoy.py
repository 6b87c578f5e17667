"""A training with a planted shortcut or a control region: prepared, trained, restored and evaluated alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.data.sets.rle import text_of
from sightline.engine.evaluate import evaluate
from sightline.engine.prepare import prepare, restore
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> dict[str, object]:
    """A folder data set of two classes, every image with a mask, no owner's split."""
    rng = np.random.default_rng(0)
    for label in ("benign", "malignant"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(20):
            noise = Image.fromarray(rng.integers(0, 255, (6, 8, 3), np.uint8)).resize((64, 48))
            noise.save(tmp_path / "photos" / label / f"{i}.png")
            mask = np.zeros((48, 64), np.uint8)
            mask[10 + i % 9 : 30, 20 : 34 + i] = 255
            Image.fromarray(mask).save(tmp_path / "photos" / label / f"{i}_mask.png")
    return {"name": "folder", "root": str(tmp_path / "photos"), "image_size": 32, "split": {"val": 0.2, "test": 0.4}}


def test_one_epoch_and_the_three_test_sets(folder, tiny_recipe, tmp_path):
    data = folder | {"decoy": {"artefact": "ruler", "strength": 1}}
    recipe = tiny_recipe(data=data, losses={"guidance": [{"name": "avoid"}]}, train={"epochs": 1})
    run = train(recipe, tmp_path / "run", say=lambda line: None)
    assert list(evaluate(run)) == ["val", "matched", "flipped", "removed"]
    fresh = Run(run.path)
    groups = {name: set(scores.groups.by_group) for name, scores in fresh.scores.items()}
    assert groups["matched"] == groups["val"] == {"benign, no ruler", "malignant, ruler"}
    assert groups["flipped"] == {"benign, ruler", "malignant, no ruler"}
    assert {name.split(", ")[0] for name in groups["removed"]} == {"benign", "malignant"}
    assert set(fresh.predictions("flipped").ids) == {row["id"] for row in fresh.split_table if row["split"] == "flipped"}
    assert all(id.endswith("@flipped") for id in fresh.predictions("flipped").ids)
    assert fresh.scores["matched"].n == fresh.scores["removed"].n == 16


CALIPER = {"artefact": "caliper", "strength": 0.8}
PLANTED = {"decoy": {"decoy": {"strength": 0.8}}, "control": {"roi": {"control": "random"}}}
PLANTED["round the region"] = {"decoy": CALIPER, "roi": {"control": "random"}}


@pytest.mark.parametrize("settings", PLANTED.values(), ids=PLANTED.keys())
@pytest.mark.parametrize("given", [{"test": 0.4}, {"test": 0}], ids=["test", "no test"])
def test_restored_images_and_maps_are_the_prepared_ones(folder, tiny_recipe, settings, given):
    recipe = tiny_recipe(data=folder | settings | {"cache": False, "annotated_fraction": 0.5, "split": {"val": 0.3} | given})
    first = prepare(recipe)
    again = restore(recipe, first.table, first.classes)
    assert list(again) == list(first.datasets)
    assert len({row["id"] for row in first.table}) == len(first.table)
    for name, dataset in first.datasets.items():
        assert again[name].records == dataset.records
        assert again[name].annotated == dataset.annotated
        for i in range(0, len(dataset), 3):
            one, other = dataset[i], again[name][i]
            assert torch.equal(one.image, other.image)
            assert torch.equal(one.roi, other.roi)
            assert torch.equal(one.avoid, other.avoid)


def test_a_control_changes_neither_which_images_are_used_nor_what_they_are_judged_by(folder, tiny_recipe):
    plain = prepare(tiny_recipe(data=folder | {"annotated_fraction": 0.5}))
    control = prepare(tiny_recipe(data=folder | {"annotated_fraction": 0.5, "roi": {"control": "random"}}))
    assert control.table == plain.table
    for name, dataset in plain.datasets.items():
        same = [torch.equal(dataset[i].roi, control.datasets[name][i].roi) for i in range(len(dataset)) if dataset[i].known]
        assert same
        assert not any(same) if name == "train" else all(same)
    areas = [(plain.datasets["train"][i].roi.sum(), control.datasets["train"][i].roi.sum()) for i in range(10)]
    np.testing.assert_allclose(*zip(*areas, strict=True), rtol=0.02)


def test_versions_of_one_test_image_are_no_leak_but_copies_of_a_training_image_are(folder, tiny_recipe, tmp_path):
    data = folder | {"decoy": {"strength": 0.5}}
    first = prepare(tiny_recipe(data=data))
    assert not first.warnings
    split_of = {row["id"]: row["split"] for row in first.table}
    trained = next(i for i, name in split_of.items() if name == "train" and i.startswith("benign"))
    tested = next(i for i, name in split_of.items() if name == "matched" and i.startswith("benign")).removesuffix("@matched")
    root = Path(str(folder["root"]))
    Image.open(root / trained).save(root / tested)
    with pytest.raises(UserError, match="1 leak between training and test images"):
        prepare(tiny_recipe(data=data))
    assert prepare(tiny_recipe(data=data | {"leaks": "drop"})).warnings


def test_broken_settings_are_refused_before_anything_is_looked_at(folder, tiny_recipe):
    with pytest.raises(UserError, match=r'data\.decoy\.positive: unknown class \'malignat\'. Did you mean "malignant"'):
        prepare(tiny_recipe(data=folder | {"decoy": {"positive": "malignat"}}), progress=lambda done, total: pytest.fail("looked"))
    stages = [{"name": "first"}, {"name": "second", "set": {"data.decoy": {"strength": 1}}}]
    with pytest.raises(UserError, match=r"stage 'second': data\.decoy cannot change"):
        prepare(tiny_recipe(data=folder, stages=stages))


def test_in_a_rehearsal_the_versions_are_of_validation_images(folder, tiny_recipe):
    data = folder | {"decoy": {"artefact": "text", "strength": 1}}
    real = prepare(tiny_recipe(data=data))
    rehearsal = prepare(tiny_recipe(data=data | {"split": folder["split"] | {"rehearse": True}}))
    tested = {row["id"].partition("@")[0] for row in real.table if row["split"] == "flipped"}
    seen = {row["id"].partition("@")[0] for row in rehearsal.table}
    assert tested
    assert not tested & seen
    val = [record.id for record in rehearsal.datasets["val"].records]
    for version in ("matched", "flipped", "removed"):
        assert [record.id for record in rehearsal.datasets[version].records] == [f"{id}@{version}" for id in val]
    assert rehearsal.datasets["train"].records == real.datasets["train"].records
    assert any("rehearsal" in note for note in rehearsal.notes)
    restored = restore(rehearsal.recipe, rehearsal.table, rehearsal.classes)
    for name, dataset in rehearsal.datasets.items():
        assert torch.equal(restored[name][0].image, dataset[0].image)
        assert restored[name].records == dataset.records
    root = Path(str(folder["root"]))
    Image.open(root / next(id for id in val if id.startswith("benign"))).save(root / next(id for id in tested if id.startswith("benign")))
    assert prepare(tiny_recipe(data=data | {"split": folder["split"] | {"rehearse": True}, "leaks": "warn"})).warnings


def test_in_a_rehearsal_reviewed_validation_images_are_restored_as_they_were_prepared(folder, tiny_recipe, tmp_path):
    rehearsal = folder | {"decoy": CALIPER, "split": {"val": 0.3, "rehearse": True}}
    ids = [record.id for record in prepare(tiny_recipe(data=rehearsal)).datasets["val"].records]
    half = np.zeros((48, 64), bool)
    half[:24] = True
    said = {"image": "", "reviewer": "ana", "at": "2026-11-27T10:00:00Z", "map": "wrong", "size": [48, 64], "looked": text_of(half)}
    (tmp_path / "reviews.jsonl").write_text("\n".join(json.dumps({**said, "id": id}) for id in ids), encoding="utf-8")
    found = prepare(tiny_recipe(data=rehearsal | {"reviews": str(tmp_path / "reviews.jsonl")}))
    again = restore(found.recipe, found.table, found.classes)
    for name, dataset in found.datasets.items():
        assert again[name].records == dataset.records
        assert torch.equal(again[name][0].image, dataset[0].image)
    assert len(found.datasets["removed"].records[0].avoid) == 1, "the reviewed place"
