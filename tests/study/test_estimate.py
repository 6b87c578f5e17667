"""How long a study will take: from trials of what differs, and not of every arm."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_plan import write_plan

from sightline.study import estimate
from sightline.study.cells import Cell
from sightline.study.folder import Study
from sightline.study.plan import load_plan

WEIGHTS = [{"name": f"weight {weight}", "set": {"losses.guidance.0.weight": weight}} for weight in (0.1, 1, 10)]
REGIONS = ["true-roi", "random-roi", "box-roi"]


def trials(plan_arms: list[object], tmp_path: Path, patch: pytest.MonkeyPatch) -> tuple[list[str], float]:
    """Recipes that were tried, and the seconds that came out, where every training takes ten."""
    tried: list[str] = []
    patch.setattr(estimate, "trial", lambda recipe, threads: tried.append(recipe.name) or 10.0)
    plan = load_plan(write_plan(tmp_path / "tiny.yaml", arms=plan_arms, base=[], seeds=2))
    return tried, estimate.seconds_left(Study(tmp_path / "study", plan), threads=1)


def test_arms_whose_steps_cost_the_same_share_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried, seconds = trials(REGIONS, tmp_path, monkeypatch)
    assert len(tried) == 1
    assert seconds == 60  # three arms, two seeds


def test_after_a_while_the_other_arms_are_taken_to_cost_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "PATIENCE", -1.0)
    tried, seconds = trials(WEIGHTS, tmp_path, monkeypatch)
    assert len(tried) == 1
    assert seconds == 60


def test_arms_with_other_losses_are_tried_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried, seconds = trials(WEIGHTS, tmp_path, monkeypatch)
    assert len(tried) == 3
    assert seconds == 60


def test_a_trial_leaves_no_time_out(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "tiny.yaml", seeds=1))
    cell: Cell = Study(tmp_path / "study", plan).cells[0]
    longer = cell.recipe.with_settings(train__epochs=cell.recipe.train.epochs * 1000)  # far beyond what a busy machine blurs
    assert estimate.trial(longer, 1) > estimate.trial(cell.recipe, 1) > 0
