"""Two small runs with random weights, and a folder of pictures, one of them broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from invented_run import invent
from PIL import Image

from sightline.attention.classifier import build
from sightline.engine.run import Run
from sightline.engine.saving import save_model


def small_run(folder: Path, seed: int) -> Run:
    """The recipe of the guided demo on 32 x 32 pixels, with the weights of a network that has learnt nothing."""
    run = invent(folder, counts=(4, 4, 4), settings={"backbone.name": "test_resnet", "backbone.stride": None}, splits=("val",))
    torch.manual_seed(seed)
    save_model(folder, build(run.recipe, 2), run.recipe, run.classes)
    return Run(folder)


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("predict") / "first", 1)


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("predict") / "second", 2)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine pictures of several sizes in two folders; the fourth, `d.png`, is cut short."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    (folder / "more").mkdir()
    names = [*(f"{letter}.png" for letter in "abcdef"), *(f"more/{letter}.png" for letter in "ghi")]
    for i, name in enumerate(names):
        Image.fromarray(rng.integers(0, 256, (40 + i, 50 - i, 3), dtype=np.uint8)).save(folder / name)
    broken = folder / "d.png"
    broken.write_bytes(broken.read_bytes()[:300])
    (folder / "notes.txt").write_text("not a picture")
    (folder / ".hidden.png").write_bytes((folder / "a.png").read_bytes())
    return folder
