from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import sightline as sl
from sightline.face.study import Trained, telling
from sightline.study.work import Outcome


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    options = {"size": 64, "train": 12, "val": 8, "test": 8}
    tree = {
        "recipe": "energy",
        "set": {"data.name": "phantom", "data.options": options, "data.image_size": 32, "train.epochs": 1},
        "arms": ["label-only", "true-roi"],
        "seeds": 2,
        "splits": ["matched"],
        "scores": ["auc"],
        "base": ["label-only"],
        "primary": ["auc", "matched"],
        "matters": 0.03,
    }
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def test_a_dry_run_says_what_is_to_do_and_does_nothing(plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.study.estimate.seconds_left", lambda study, threads: 30.0)
    found = sl.study(plan, tmp_path / "study", settings={"train.epochs": 2}, seeds=3, workers=2, dry_run=True)
    assert (found.trainings, found.to_do, found.workers, found.seconds, found.shared) == (6, 6, 2, 15.0, 0)
    assert [(arm.arm, arm.seeds, arm.to_do) for arm in found.arms] == [("label-only", 3, 3), ("true-roi", 3, 3)]
    assert not (tmp_path / "study").exists()


def test_a_training_is_told_by_its_name() -> None:
    told: list[Trained] = []
    telling(told.append)(Outcome("0123456789ab", "label-only, seed 0", 2.0, "no"), 1, 4)
    assert told == [Trained("label-only, seed 0", 2.0, "no", 1, 4)]


def test_what_is_no_study_and_no_executor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sl.UserError, match="is not the folder of a study"):
        sl.study_report(tmp_path)
    with pytest.raises(sl.UserError, match="`executor='rays'`: is unknown"):
        sl.study("phantom-controls", executor="rays")  # type: ignore[call-overload]
