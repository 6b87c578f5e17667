"""Shared by all tests: one thread (the suite runs in parallel), fixed seeds, and where the real images are.

Seeds are set before each test, and before each file is read: some draw a network among their parameters, and a network that is another
one in every run has, now and then, a unit so close to zero that rounding decides whether a ReLU lets it through.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

torch.set_num_threads(1)


def pytest_collectstart() -> None:
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with `isic2017/` and `busi/`, named by SIGHTLINE_DATA."""
    folder = os.environ.get("SIGHTLINE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real images: set SIGHTLINE_DATA to the folder that holds isic2017/ and busi/")
    return Path(folder)


@pytest.fixture(scope="session")
def tiny_recipes():
    """A recipe that trains in about a second: small phantom, small network. Settings are dotted: `tiny_recipe({"train.epochs": 2})`."""
    from sightline.overrides import override
    from sightline.recipe import Recipe, recipe_from

    def make(settings: dict[str, object] | None = None, **sections: object) -> Recipe:
        tree: dict[str, object] = {
            "name": "tiny",
            "data": {"name": "phantom", "image_size": 32, "options": {"size": 64, "train": 24, "val": 12, "test": 8}},
            "backbone": {"name": "test_resnet", "stride": 8},
            "train": {"epochs": 2, "batch_size": 8, "select": "val/loss", "select_mode": "min"},
            "evaluate": {"bootstrap": 50},
        }
        base = recipe_from(tree | sections, where="tiny").model_dump(mode="json")
        return recipe_from(override(base, settings or {}), where="tiny")

    return make


@pytest.fixture
def tiny_recipe(tiny_recipes):
    """See `tiny_recipes`."""
    return tiny_recipes
