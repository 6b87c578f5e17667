from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sightline as sl
from sightline.results.study import Recommendation, StudyResult
from sightline.study.recommend import plan_for

SMALL = {"data.image_size": 32, "data.options": {"train": 24, "val": 12, "test": 8}, "backbone": {"name": "test_resnet", "stride": 8}}


@pytest.fixture
def carried_out(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What was to be carried out; nothing is."""
    asked: dict[str, Any] = {}

    def carry_out(plan: object, folder: Path, told: Callable[..., None], minutes: float, **named: object) -> Recommendation:
        asked.update(named, plan=plan, folder=folder, told=told, minutes=minutes)
        study = StudyResult.model_construct(name="recommend")
        return Recommendation.model_construct(arm=None, study=study)

    monkeypatch.setattr("sightline.face.recommending.carry_out", carry_out)
    monkeypatch.setattr("sightline.study.folder.Study.open", lambda folder: folder)
    monkeypatch.setattr("sightline.face.recommending.write", lambda study, result: [study / "study.html"])
    return asked


def test_it_says_what_is_planted_and_where_the_page_is(carried_out: dict[str, Any]) -> None:
    said: list[str] = []
    found = sl.recommend("phantom", minutes=5, artefact="swatch", settings=SMALL, say=said.append, threads=2)
    arms = [arm.name for arm in carried_out["plan"].arms]
    assert {"label-only", "pasted-artefacts"} < set(arms)
    assert said == [f"A swatch is planted; {len(arms)} arms: {', '.join(arms)}."]
    assert (carried_out["folder"], carried_out["minutes"], carried_out["threads"]) == (Path("studies/recommend-phantom"), 5, 2)
    assert (found.study.study, found.study.files) == ("studies/recommend-phantom", ["studies/recommend-phantom/study.html"])


def test_data_and_device_become_settings_of_every_training(
    carried_out: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, Any] = {}
    plan = plan_for({"data.name": "phantom"} | SMALL)
    monkeypatch.setattr("sightline.face.recommending.plan_for", lambda settings, artefact: seen.update(settings) or plan)
    monkeypatch.chdir(tmp_path)
    sl.recommend("folder", "photos", "out", device="cpu", settings={"train.epochs": 2}, say=lambda line: None)
    assert seen == {"data.name": "folder", "data.root": str(tmp_path / "photos"), "train.accelerator": "cpu", "train.epochs": 2}
    assert (carried_out["folder"], carried_out["gpu"]) == (Path("out"), None)


def test_an_unknown_device_is_refused_first(carried_out: dict[str, Any]) -> None:
    with pytest.raises(sl.UserError, match="device 'gpu'"):
        sl.recommend("phantom", device="gpu")
    assert carried_out == {}
