"""Every recipe that is shipped trains from beginning to end at small size: its own losses, weighting, stages and schedule, on drawn images.

Network, data set and sizes are small ones; everything else is the recipe's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.data.reading import read
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_table
from sightline.engine.train import train
from sightline.overrides import override
from sightline.recipe import Recipe, load_recipe, recipe_from, recipe_names

DATA = {"name": "phantom", "task": None, "options": {"size": 64, "train": 16, "val": 8, "test": 8}}
OWN_NETWORK = ("featuremaps",)


def small(name: str, tmp_path: Path) -> Recipe:
    """The recipe with a small network of any kind in the place of its own, and drawn images in the place of the paper's."""
    tree: dict[str, Any] = load_recipe(name).model_dump(mode="json")
    changes: dict[str, Any] = {f"data.{key}": value for key, value in DATA.items()}
    changes |= {"data.image_size": 64, "data.cache": False, "train.epochs": 1, "train.batch_size": 8, "evaluate.bootstrap": 10}
    if tree["data"]["load_size"]:
        changes["data.load_size"] = 72
    if name not in OWN_NETWORK:
        changes |= {"backbone.name": "test_resnet", "backbone.weights": "none", "head.kind": "gap"}
    if "taps" in tree["attention"]:
        changes["attention.taps"] = ["stride:8", "stride:16"]
    if "layer" in tree["attention"]:
        changes["attention.layer"] = "last"
    if tree["data"]["roi"]["of"]:
        changes["data.roi.of"] = ["border"]
    if name.endswith("-pseudo"):
        changes["data.roi.pseudo"] = str(pseudo_masks(tmp_path))
    changes["stages"] = [stage | {"set": stage["set"] | {"train.epochs": 1}} for stage in tree["stages"]]
    return recipe_from(override(tree, changes), where=name)


def pseudo_masks(tmp_path: Path) -> Path:
    """As `sightline pseudo-mask` leaves them."""
    folder = tmp_path / "pseudo"
    (folder / "masks").mkdir(parents=True)
    ids = [r.id for r in read(recipe_from({"name": "t", "data": DATA}, where="t").data).records if r.split == "train"]
    inside = np.zeros((64, 64), np.uint8)
    inside[16:48, 16:48] = 255
    for image in ids:
        Image.fromarray(inside).save(folder / "masks" / f"{image}.png")
    write_table(folder / "pseudo.csv", [{"id": image, "kept": 1} for image in ids], ["id", "kept"])
    return folder


@pytest.mark.parametrize("name", recipe_names())
def test_recipe_trains_at_small_size(name, tmp_path):
    run = train(small(name, tmp_path), tmp_path / "run", say=lambda _: None)
    metrics = evaluate(run, ["val"])["val"]
    assert 0 <= metrics.accuracy.value <= 1
    if run.recipe.guided:
        assert metrics.first_map.epg.value >= 0
