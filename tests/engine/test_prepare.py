"""Data are looked through before a training: leaks are refused, annotations must be there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.data.reading import Dataset, read
from sightline.data.sampling import Key
from sightline.engine.prepare import prepare, restore
from sightline.errors import UserError
from sightline.types import Annotation


@pytest.fixture
def table(tmp_path):
    """Writes a small data set as a CSV table and gives its recipe sections."""
    rng = np.random.default_rng(0)

    def make(rows: list[tuple[str, str, str, str]], header: str = "image,label,split,mask") -> dict[str, object]:
        for name, *_, mask in rows:
            if not (tmp_path / name).exists():
                coarse = Image.fromarray(rng.integers(0, 255, (4, 4, 3), np.uint8))
                coarse.resize((40, 40), Image.Resampling.BICUBIC).save(tmp_path / name)
            if mask and not (tmp_path / mask).exists():
                Image.fromarray(np.eye(40, dtype=np.uint8) * 255).save(tmp_path / mask)
        (tmp_path / "data.csv").write_text("\n".join([header, *(",".join(r) for r in rows)]) + "\n", encoding="utf-8")
        return {"name": "table", "root": str(tmp_path / "data.csv"), "image_size": 32}

    return make


def rows(count: int, mask: bool = False) -> list[tuple[str, str, str, str]]:
    split = ["train", "train", "val", "test"]
    return [(f"{i}.png", "ab"[i // 4 % 2], split[i % 4], f"{i}_m.png" if mask else "") for i in range(count)]


def test_the_same_pixels_in_training_and_test_are_refused_and_named(table, tiny_recipe, tmp_path):
    data = table(rows(16))
    Image.open(tmp_path / "0.png").save(tmp_path / "3.png")  # 0 trains, 3 tests
    with pytest.raises(UserError, match=r"1 leak between training and test images: .*0.*3.*same"):
        prepare(tiny_recipe(data=data))
    warned = prepare(tiny_recipe(data=data | {"leaks": "warn"})).warnings
    assert "possible leaks" in warned[0]
    assert not prepare(tiny_recipe(data=data | {"leaks": "ignore"})).warnings
    dropped = prepare(tiny_recipe(data=data | {"leaks": "drop"}))
    assert "1 exact leaks are left out of the training" in dropped.warnings[0]
    assert (len(dropped.datasets["train"]), len(dropped.datasets["test"])) == (7, 4)


def test_a_guided_recipe_needs_an_annotated_training_image(table, tiny_recipe):
    losses = {"guidance": [{"name": "energy"}]}
    with pytest.raises(UserError, match="guided, but no training image is annotated"):
        prepare(tiny_recipe(data=table(rows(16)), losses=losses))
    assert not prepare(tiny_recipe(data=table(rows(16)))).warnings


def test_the_division_is_restored_from_the_run(table, tiny_recipe):
    recipe = tiny_recipe(data=table(rows(16, mask=True)))
    first = prepare(recipe)
    again = restore(recipe, first.table, first.classes)
    for name, dataset in first.datasets.items():
        assert [r.id for r in dataset.records] == [r.id for r in again[name].records]


def test_images_that_are_gone_are_named(table, tiny_recipe, tmp_path):
    recipe = tiny_recipe(data=table(rows(16)))
    first = prepare(recipe)
    table(rows(16)[:-1])
    with pytest.raises(UserError, match="1 image is gone"):
        restore(recipe, first.table, first.classes)


def test_a_truncated_image_is_found_before_the_training(table, tiny_recipe, tmp_path):
    data = table(rows(16))
    whole = (tmp_path / "5.png").read_bytes()
    (tmp_path / "5.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"5\.png"):
        prepare(tiny_recipe(data=data))


def test_a_mask_of_another_size_is_found_before_the_training(table, tiny_recipe, tmp_path):
    data = table(rows(16, mask=True))
    Image.fromarray(np.zeros((7, 9), np.uint8)).save(tmp_path / "6_m.png")
    with pytest.raises(UserError, match=r"6_m\.png"):
        prepare(tiny_recipe(data=data))


@pytest.fixture
def organs(table, monkeypatch):
    """Every second image of each class has an organ, a box; image 4 is known to have none."""

    def with_regions(data, several=False):
        found = read(data)
        box, none = Annotation("box", points=((4, 4, 20, 20),)), Annotation("nothing")
        marked = [replace(r, regions={"organ": (none if i == 4 else box,)}) if i % 2 == 0 else r for i, r in enumerate(found.records)]
        return Dataset(marked, found.classes)

    monkeypatch.setattr("sightline.engine.prepare.read", with_regions)
    monkeypatch.setattr("sightline.data.look_through.look", lambda data: (with_regions(data), []))
    return table(rows(16, mask=True))


def annotated(prepared) -> list[str]:
    return [row["id"] for row in prepared.table if row["split"] == "train" and row["annotated"] == "1"]


def test_named_regions_guide_the_training_and_only_that(organs, tiny_recipe):
    recipe = tiny_recipe({"data.roi": {"of": ["organ"]}}, data=organs, losses={"guidance": [{"name": "energy"}]})
    first = prepare(recipe)
    training = first.datasets["train"]
    assert annotated(first) == [r.id for r in training.records if r.annotations]
    assert len(annotated(first)) == 4
    assert {a.kind for r in training.records for a in r.annotations} == {"box", "nothing"}
    assert {a.kind for r in first.datasets["test"].records for a in r.annotations} == {"mask"}
    assert all(row["annotated"] == "1" for row in first.table if row["split"] != "train")
    again = restore(recipe, first.table, first.classes)["train"]
    assert (again.records, again.annotated) == (training.records, training.annotated)
    half = prepare(recipe.with_settings(data__annotated_fraction=0.5))
    assert len(annotated(half)) == 2
    assert set(annotated(half)) < set(annotated(first))


def test_a_region_that_no_image_has_is_refused_before_the_training(organs, tiny_recipe):
    with pytest.raises(UserError, match='Did you mean "organ"'):
        prepare(tiny_recipe({"data.roi": {"of": ["organs"]}}, data=organs))


def test_predicted_masks_count_as_annotations_and_are_looked_through(table, tiny_recipe, tmp_path):
    (tmp_path / "u-net" / "masks").mkdir(parents=True)
    data = table(rows(16))
    for i in (0, 1):
        Image.fromarray(np.eye(40, dtype=np.uint8) * 255).save(tmp_path / "u-net" / "masks" / f"{i}.png.png")
    (tmp_path / "u-net" / "pseudo.csv").write_text("id,kept\n0.png,1\n1.png,0\n", encoding="utf-8")
    losses = {"guidance": [{"name": "energy"}]}
    recipe = tiny_recipe({"data.roi": {"pseudo": str(tmp_path / "u-net")}}, data=data, losses=losses)
    first = prepare(recipe)
    assert annotated(first) == ["0.png"]
    train = restore(recipe, first.table, first.classes)["train"]
    assert [train[i].known for i in range(len(train))] == [r.id == "0.png" for r in train.records]
    Image.fromarray(np.zeros((7, 9), np.uint8)).save(tmp_path / "u-net" / "masks" / "0.png.png")
    with pytest.raises(UserError, match=r"masks/0\.png\.png.*9 x 7"):
        prepare(recipe)


def test_a_stage_cannot_change_the_regions_of_the_run(table, tiny_recipe):
    stages = [{"name": "first"}, {"name": "second", "set": {"data.roi.grow": 0.2}}]
    with pytest.raises(UserError, match=r"stage 'second': data\.roi cannot change"):
        prepare(tiny_recipe(data=table(rows(16)), stages=stages))


def test_000_17_a_stage_has_an_augmentation_of_its_own(table, tiny_recipe):
    stages = [{"name": "labels", "set": {"data.augment.flip_x": 1}}, {"name": "guided"}]
    recipe = tiny_recipe(data=table(rows(16)), stages=stages)
    prepared = prepare(recipe)
    flipped, plain = (restore(recipe.at_stage(s), prepared.table, prepared.classes)["train"] for s in recipe.stages)
    key = Key(0, 0, 0)
    assert torch.equal(flipped[key].image, plain[key].image.flip(-1))
    assert not torch.equal(flipped[key].image, plain[key].image)


def divided(**classes: str) -> list[tuple[str, str, str, str]]:
    """Four images of a class in each split that is named: `divided(a="train val", b="test")`."""
    cells = [(label, split) for label, splits in classes.items() for split in splits.split()]
    return [(f"{label}{split}{i}.png", label, split, "") for label, split in cells for i in range(4)]


AUC = {"train.select": "val/auc", "train.select_mode": "max"}


@pytest.mark.parametrize(
    ("classes", "settings", "reason"),
    [
        (
            {"a": "train", "b": "val test"},
            {},
            r"train holds one class alone, 'a'; no training image is of the class 'b' \(4 in val, 4 in test\)",
        ),
        ({"a": "train val", "b": "train val", "c": "test"}, {}, r"no training image is of the class 'c' \(4 in test\).*data\.classes"),
        ({"a": "train val", "b": "train val", "c": "val"}, AUC, r"no training image is of the class 'c' \(4 in val\)"),
        ({"a": "train val", "b": "train test"}, AUC, r"train\.select=val/auc: needs .* none is of the class 'b'.*train\.select=val/loss"),
        ({"a": "train val", "b": "train val", "c": "train"}, AUC, "val/auc: needs validation images of every class.* 'c'"),
        ({"a": "train val", "b": "train"}, {"train.select": "val/balanced_accuracy"}, "balanced_accuracy: needs .*'b'"),
        ({"a": "train val", "b": "train val"}, {"train.select": "val/acu"}, r'train\.select=val/acu: is not a score .* "val/auc"'),
        ({"a": "train val", "b": "train val"}, {"train.select": "auc"}, 'train.select=auc: is not a score .* "val/auc"'),
        ({"a": "train val", "b": "train val"}, {"train.select": "val/epg"}, "val/epg: needs (attention maps|annotated validation images)"),
    ],
)
def test_what_the_division_lacks_is_refused_before_the_training(table, tiny_recipe, classes, settings, reason):
    with pytest.raises(UserError, match=reason):
        prepare(tiny_recipe(settings, data=table(divided(**classes))))


@pytest.mark.parametrize("select", ["val/loss", "val/accuracy", "last"])
def test_a_score_that_needs_no_class_lets_a_narrow_validation_set_pass_and_says_so(table, tiny_recipe, select):
    data = table(divided(a="train val test", b="train test"))
    assert prepare(tiny_recipe({"train.select": select}, data=data)).warnings == [
        "val has no image of the class 'b': scores that need every class, such as AUC, leave it out there or cannot be computed."
    ]


def test_each_stage_is_asked_for_its_own_score(table, tiny_recipe):
    stages = [{"name": "one"}, {"name": "two", "set": {"train.select": "val/auc", "train.select_mode": "max"}}]
    with pytest.raises(UserError, match="val/auc: needs validation images of every class"):
        prepare(tiny_recipe(data=table(divided(a="train val", b="train test")), stages=stages))


def test_a_class_that_is_lost_with_its_leaks_is_refused(table, tiny_recipe, tmp_path):
    data = table(divided(a="train val test", b="train val test")) | {"leaks": "drop"}
    for i in range(4):
        (tmp_path / f"btrain{i}.png").write_bytes((tmp_path / f"btest{i}.png").read_bytes())
    with pytest.raises(
        UserError, match=r"no training image is of the class 'b' .* once data\.leaks=drop has left out 4 images.*leaks=warn"
    ):
        prepare(tiny_recipe(data=data))
    for i in range(4):
        for name in "ab":
            (tmp_path / f"{name}val{i}.png").write_bytes((tmp_path / f"{name}test{i}.png").read_bytes())
    with pytest.raises(UserError, match=r"no images for 'val' once data\.leaks=drop"):
        prepare(tiny_recipe(data=data))


def test_a_class_without_training_images_is_said_before_leaks(table, tiny_recipe, tmp_path):
    data = table(divided(a="train val test", b="train val test", c="test"))
    (tmp_path / "atrain0.png").write_bytes((tmp_path / "atest0.png").read_bytes())
    with pytest.raises(UserError, match="no training image is of the class 'c'"):
        prepare(tiny_recipe(data=data))
