"""The scale of deep greys that a training finds is kept in its run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.data import survey_store
from sightline.engine.prepare import prepare
from sightline.recipe import load_recipe


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    rng = np.random.default_rng(0)
    for label in ("a", "b"):
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(8):
            pixels = rng.random((16, 16)).astype(np.float32)
            pixels[0, 0] = 1.02
            Image.fromarray(pixels).save(tmp_path / "set" / label / f"{i}.tif")
    return tmp_path / "set"


def test_a_training_finds_the_scale_and_writes_it_into_its_recipe(folder: Path) -> None:
    asked = load_recipe("label-only", {"data.name": "folder", "data.root": str(folder), "data.image_size": 16, "data.cache": False})
    prepared = prepare(asked)
    assert asked.data.grey is None
    assert prepared.recipe.data.grey == (0, pytest.approx(1.02))
    assert all(dataset.data.grey == prepared.recipe.data.grey for dataset in prepared.datasets.values())
    assert prepared.datasets["train"].planes(0).pixels[0].mean() > 100
