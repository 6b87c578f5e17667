"""Data are looked through before a training: leaks are refused, annotations must be there."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from sightline.engine.prepare import prepare, restore
from sightline.errors import UserError


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
        (tmp_path / "data.csv").write_text("\n".join([header, *(",".join(r) for r in rows)]) + "\n")
        return {"name": "table", "root": str(tmp_path / "data.csv"), "image_size": 32}

    return make


def rows(count: int, mask: bool = False) -> list[tuple[str, str, str, str]]:
    split = ["train", "train", "val", "test"]
    return [(f"{i}.png", "ab"[i // 4 % 2], split[i % 4], f"{i}_m.png" if mask else "") for i in range(count)]


def test_the_same_pixels_in_training_and_test_are_refused_and_named(table, tiny_recipe, tmp_path):
    data = table(rows(16))
    Image.open(tmp_path / "0.png").save(tmp_path / "3.png")  # 0 trains, 3 tests
    with pytest.raises(UserError, match=r"leaks between training and test images: .*0.*3.*same"):
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
    with pytest.raises(UserError, match="1 images of the run are gone"):
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
