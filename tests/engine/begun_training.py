"""A training on a folder of photos that was stopped in its second epoch, and other data for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.engine import module as training_module
from sightline.engine.train import Stopped, train
from sightline.errors import UserError


def quiet(_: str) -> None:
    pass


def photos(root: Path, names: str) -> None:
    """One noise picture per letter and class."""
    for number, label in enumerate(("a", "b")):
        (root / label).mkdir(parents=True, exist_ok=True)
        for letter in names:
            pixels = np.random.default_rng([number, ord(letter)]).integers(0, 255, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / label / f"{label}{letter}.png")


def stopped(recipe, folder: Path, monkeypatch) -> Path:
    """A training that was interrupted in its second epoch."""
    step = training_module.Training.training_step

    def interrupted(self, batch, index):
        if self.current_epoch == 1:
            raise KeyboardInterrupt
        return step(self, batch, index)

    with monkeypatch.context() as patched:
        patched.setattr(training_module.Training, "training_step", interrupted)
        with pytest.raises(Stopped):
            train(recipe, folder, say=quiet)
    return folder


def refused(recipe, folder: Path, match: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=match) as error:
        train(recipe, folder, say=quiet, resume=True)
    assert "\n" not in str(error.value)
    assert {path: path.read_bytes() for path in before} == before  # nothing is lost


def moved(folder: Path, root: Path, change: dict[str, object]) -> None:
    """Points the run at another copy of its data."""
    path = folder / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(*map(str, change.values())), encoding="utf-8")


def copy_of(data: Path, folder: Path, to: Path, on):
    """The same data elsewhere, and the run as if it had been begun there."""
    shutil.copytree(data, to)
    moved(folder, to, {"from": data, "to": to})
    return on(to)
