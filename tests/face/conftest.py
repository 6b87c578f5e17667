from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from untrained_run import untrained

import sightline as sl
from sightline.engine.run import Run
from sightline.face.data_sets import DataSets


@pytest.fixture(scope="session")
def sets() -> DataSets:
    return sl.data("phantom", image_size=32, options={"size": 64, "train": 12, "val": 8, "test": 8})


@pytest.fixture(scope="session")
def classifier() -> sl.GuidedClassifier:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(3, 8, 3, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    return sl.wrap(layers, "1", source="cam", image_size=32)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:  # type: ignore[no-untyped-def]
    return untrained(tmp_path_factory.mktemp("face") / "run", tiny_recipes({"evaluate.bootstrap": 10}))


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of another data set of the same classes."""
    folder = tmp_path_factory.mktemp("hospital") / "drawn"
    sl.draw("phantom", folder, images=8, size=64, **{"options.seed": 7})
    return folder / "table.csv"
