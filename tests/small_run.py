"""A small finished run with random weights, for tests of what becomes of a run after its training."""

from __future__ import annotations

from pathlib import Path

import torch
from invented_run import invent

from sightline.attention.classifier import build
from sightline.engine.run import Run
from sightline.engine.saving import save_model


def small_run(folder: Path, seed: int, splits: tuple[str, ...] = ("val",)) -> Run:
    """The recipe of the guided demo on 32 x 32 pixels, with the weights of a network that has learnt nothing."""
    run = invent(folder, counts=(4, 4, 4), settings={"backbone.name": "test_resnet", "backbone.stride": None}, splits=splits)
    torch.manual_seed(seed)
    save_model(folder, build(run.recipe, 2), run.recipe, run.classes)
    return Run(folder)
