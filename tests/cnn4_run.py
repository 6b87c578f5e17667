"""A finished run of the feature-map paper's network without training, with one filter planted by hand."""

from __future__ import annotations

from pathlib import Path

import torch
from invented_run import invent

from sightline.attention.classifier import build
from sightline.engine.run import Run
from sightline.engine.saving import save_model


def cnn4_run(folder: Path) -> Run:
    """Filter 0 of layer 0 answers to dark pixels and is all that the other filters of that layer are not: they are silent."""
    settings = {"backbone": {"name": "cnn4"}, "head.kind": "own", "attention": {"name": "none"}}
    run = invent(folder, "demo-label-only", settings=settings, maps=(), counts=(8, 6, 12), splits=("matched",))
    torch.manual_seed(0)
    classifier = build(run.recipe, 2)
    first = classifier.backbone.net.blocks[0].conv0
    with torch.no_grad():
        first.weight.zero_()
        first.bias.fill_(-1)
        first.weight[0, :, 1, 1] = -1
        first.bias[0] = 1.2  # of three channels: fires where the mean is below 0.4
    save_model(folder, classifier, run.recipe, run.classes)
    return Run(folder)
