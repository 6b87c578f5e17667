"""Carrying out a study with a search: the search first, then the arms that take what it found; interrupted, it goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_plan import write_plan

from sightline.errors import UserError
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import run_study
from sightline.study.work import Outcome

SEARCH: dict[str, Any] = {
    "among": [{"name": "guided", "tune": {"losses.guidance.0.weight": [0.1, 1]}}, {"name": "plain", "like": "label-only"}],
    "rungs": [{"train.epochs": 1}],
    "keep": 3,
    "at_once": 3,
}


def test_stopped_in_the_search_it_goes_on_and_the_arms_come_after_it(tmp_path: Path) -> None:
    arms = ["label-only", {"name": "best", "found": 1}]
    plan, out = load_plan(write_plan(tmp_path / "tiny.yaml", arms=arms, search=SEARCH, seeds=1)), tmp_path / "study"
    told: list[str] = []

    def stop(outcome: Outcome, done: int, total: int) -> None:
        assert outcome.failure is None, outcome.failure
        assert (done, total) == (1, 6)  # 3 and 1 of the search, and the arms
        told.append(outcome.name)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(plan, out, stop, workers=1)
    assert len(list(out.glob("cells/*/answers/val.npz"))) == 1
    study = run_study(plan, out, lambda outcome, *_: told.append(outcome.name), workers=1)
    assert study.to_search == study.to_do() == []
    assert len(told) == len(set(told)) == len(study.trials) + len(study.trainings), "nothing is trained twice"
    assert told[len(study.trials)] == "label-only, seed 0"
    assert told[0] == "search guided, losses.guidance.0.weight = 0.1, train.epochs = 1, seed 1000"
    assert {path.stem for key in study.trials for path in (out / "cells" / key.key / "answers").glob("*.npz")} == {"val"}, "no test image"
    rows = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["cells"]
    assert {row["arm"] for row in rows} == {"search guided", "search plain", "label-only", "best"}
    assert Study.open(out).settled == study.settled


def test_a_search_that_would_look_at_test_images_is_refused_before_the_first_training(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "tiny.yaml", search=SEARCH | {"split": "flipped"}))
    with pytest.raises(UserError, match=r"has images that are reported later.*data.split.rehearse"):
        run_study(plan, tmp_path / "study", lambda *_: None)
    rehearsed = SEARCH | {"split": "flipped", "set": {"data.split.rehearse": True}}
    with pytest.raises(UserError, match=r"tiny: search: splits.*has no images for 'flipped'"):
        run_study(load_plan(write_plan(tmp_path / "tiny.yaml", search=rehearsed)), tmp_path / "study", lambda *_: None)
    assert not (tmp_path / "study").exists()
