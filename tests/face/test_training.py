from __future__ import annotations

from pathlib import Path

import pytest

import sightline as sl
from sightline.face.training import _chosen


def test_a_training_is_scored_and_has_a_report(tiny_recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    recipe = tiny_recipes({"train.epochs": 1, "evaluate.bootstrap": 10})
    run = sl.train(recipe, device="cpu", say=lambda line: None)
    assert run.path == Path("runs/tiny-phantom-0")
    assert run.recipe.train.accelerator == "cpu"
    assert {"val", "matched"} <= set(run.scores)
    assert (run.path / "report.html").is_file()
    again = sl.train(recipe, run.path, device="cpu", resume=True, report=False, say=lambda line: None)
    assert again.scores == run.scores


def test_arguments_and_settings_become_one_recipe(tmp_path: Path) -> None:
    said = _chosen("energy", "folder", tmp_path, {"train.epochs": 3, "train.accelerator": "mps"}, "good", "cuda:1")
    assert (said.data.name, said.data.root, said.train.epochs) == ("folder", tmp_path, 3)
    assert said.train.accelerator == "mps", "a setting wins"
    assert _chosen("energy", None, None, {}, None, "cuda:1").train.accelerator == "cuda:1"
    assert _chosen("energy", None, None, {}, None, "cuda").train.accelerator == "gpu"
    assert _chosen("energy", None, None, {}, None, "auto").train.accelerator == "auto"
    with pytest.raises(sl.UserError, match=r"Give auto, cpu, cuda, cuda:1 or mps"):
        _chosen("energy", None, None, {}, None, "gpu")
    with pytest.raises(sl.UserError, match=r"no such accelerator. Give auto, cpu, gpu, mps"):
        _chosen("energy", None, None, {"train.accelerator": "cuda"}, None, "auto")


def test_a_stage_that_goes_on_needs_a_start() -> None:
    with pytest.raises(sl.UserError, match=r"starts from the weights of the previous stage. Give that run: `train.start=...`"):
        sl.train("gain/stage2", data="phantom")
    assert _chosen("gain/stage2", "phantom", None, {"train.start": "runs/a"}, None, "auto").train.start == Path("runs/a")
