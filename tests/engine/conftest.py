from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from begun_training import photos, stopped
from invented_run import invent
from PIL import Image
from small_run import small_run
from untrained_run import untrained

from sightline.attention.classifier import build
from sightline.engine.run import Run
from sightline.engine.saving import save_model


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("photos")
    photos(root, "cdefghijklmn")
    return root


@pytest.fixture
def on(tiny_recipe):
    """The recipe of a training on a folder of photos."""

    def make(root: Path):
        own = {"name": "folder", "root": str(root), "image_size": 32, "split": {"test": 0.25, "val": 0.25}}
        return tiny_recipe(data=own, train={"epochs": 2, "batch_size": 8, "select": "val/loss", "select_mode": "min"})

    return make


_begun: dict[str, Path] = {}


@pytest.fixture
def begun(on, data, tmp_path, tmp_path_factory, monkeypatch):
    """(recipe, run folder, data folder), each test's own copies: made once, since most refusals come before any training."""
    if "run" not in _begun:
        _begun["run"] = stopped(on(data), tmp_path_factory.mktemp("begun") / "run", monkeypatch)
    shutil.copytree(_begun["run"], tmp_path / "run")
    return on(data), tmp_path / "run"


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    settings = {"data.annotated_fraction": 0.5, "evaluate.splits": ["val", "matched"], "evaluate.bootstrap": 10}
    return untrained(tmp_path_factory.mktemp("whole") / "run", tiny_recipes(settings))


@pytest.fixture
def place(whole: Run, tmp_path: Path) -> Path:
    for name in ("run", "other"):
        shutil.copytree(whole.path, tmp_path / name)
    Image.new("RGB", (40, 40)).save(tmp_path / "x.png")
    return tmp_path


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A run whose network was saved and not trained."""
    folder = tmp_path_factory.mktemp("sound") / "run"
    run = invent(folder, settings={"backbone": {"name": "test_resnet", "stride": 8}}, splits=())
    torch.manual_seed(0)
    save_model(folder, build(run.recipe, 2), run.recipe, run.classes)
    return folder


@pytest.fixture
def saved_run(saved, tmp_path):
    shutil.copytree(saved, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("external") / "run", 1, splits=("val", "matched"))


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    """Pictures in folders: Nevus (6), MEL (5), keratosis (2)."""
    rng = np.random.default_rng(1)
    for name, count in (("Nevus", 6), ("MEL", 5), ("keratosis", 2)):
        (tmp_path / name).mkdir()
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(tmp_path / name / f"{name}{i}.png")
    return tmp_path
