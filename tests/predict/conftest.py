"""Two small runs with random weights, and a folder of pictures, one of them broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_run import small_run

from sightline.engine.run import Run


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
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    (folder / ".hidden.png").write_bytes((folder / "a.png").read_bytes())
    return folder
