"""A whole run folder, weights and all, of a network that was never trained: made in seconds, read by every verb."""

from __future__ import annotations

from pathlib import Path

import torch
import yaml

from sightline.attention.classifier import build
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json, write_table
from sightline.engine.prepare import prepare
from sightline.engine.reproducible import environment
from sightline.engine.run import Run
from sightline.engine.same_data import COLUMNS
from sightline.engine.saving import save_model
from sightline.recipe import Recipe


def untrained(folder: Path, recipe: Recipe, scored: bool = True) -> Run:
    """A finished run; `scored`: on all the splits of its recipe."""
    prepared = prepare(recipe)
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(recipe.model_dump(mode="json")), encoding="utf-8")
    write_json(folder / "environment.json", environment())
    write_table(folder / "split.csv", prepared.table, COLUMNS)
    torch.manual_seed(0)
    save_model(folder, build(recipe, len(prepared.classes)).eval(), recipe, prepared.classes)
    rows = [{"epoch": epoch, "train/loss": 1 / (1 + epoch), "train/cross_entropy": 1 / (1 + epoch)} for epoch in range(2)]
    write_table(folder / "logs" / "metrics.csv", rows, list(rows[0]))
    run = Run(folder)
    if scored:
        evaluate(run)
    return run
