"""A whole run folder that an early version wrote: it opens, says what it said, and can be scored and shown again.

`first_version/` is a training of two epochs on 24 drawn images of 32 pixels (recipe energy, test_efficientnet).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import sightline as sl

KEPT = Path(__file__).parent / "first_version"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(KEPT, tmp_path / "old"))


def test_what_it_says_is_read(run: Path) -> None:
    old, told = sl.Run(run), json.loads((KEPT / "metrics.json").read_text(encoding="utf-8"))
    assert list(old.scores) == list(told) == ["val", "matched", "flipped", "removed"]
    auc = old.scores["flipped"].classification.auc
    assert {"value": auc.value, "low": auc.low, "high": auc.high}.items() <= told["flipped"]["classification"]["auc"].items()
    assert old.recipe.name == "energy"
    assert len(old.history) == 2
    assert old.attention("flipped") is not None


def test_its_network_answers_as_it_did(run: Path) -> None:
    before = sl.Run(run).predictions("flipped").probabilities
    sl.evaluate(run)
    assert np.abs(sl.Run(run).predictions("flipped").probabilities - before).max() < 1e-4


def test_it_is_reported_and_compared(run: Path) -> None:
    assert Path(sl.report(run)).is_file()
    assert sl.compare(run, shutil.copytree(run, run.with_name("twin")), split="flipped").differences
