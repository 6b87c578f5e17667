"""What `compare` prints."""

from __future__ import annotations

import numpy as np
from invented_run import invent
from typer.testing import CliRunner

from sightline.cli import app
from sightline.report.side_by_side import told


def test_004_17_medians_and_deviations_are_printed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("sightline.cli.console.console.width", 200)
    small = {"counts": (8, 6, 12), "splits": ("matched",)}
    recipes, seeds = ("demo-label-only", "demo-guided"), range(3)
    runs = {
        recipe: [
            invent(tmp_path / f"{recipe}-{i}", recipe, seed=i, settings={"train.seed": i}, skill=0.4 + 0.3 * i, **small) for i in seeds
        ]
        for recipe in recipes
    }
    paths = [str(run.path) for several in runs.values() for run in several]
    said = CliRunner().invoke(app, ["compare", *paths, "--split", "matched", "--out", str(tmp_path / "out")], catch_exceptions=False).output
    assert "Medians over trainings" in said
    lines = [" ".join(line.split()) for line in said.splitlines()]
    base, guided = ([told(run.scores["matched"])["auc"] for run in several] for several in runs.values())
    medians = f"{np.median(guided):.3f} / {np.median(base):.3f}"
    deviations = f"{np.std(guided, ddof=1):.3f} / {np.std(base, ddof=1):.3f}"
    assert any("auc" in line and medians in line and deviations in line for line in lines), said
