"""The verb `recommend`: its table, the command that it proposes, and what a stop leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.face.study import Trained
from sightline.results.study import ArmScore, Recommendation, StudyResult


def level(arm: str, split: str, value: float) -> ArmScore:
    blank = dict.fromkeys(("p", "se", "sd_seeds", "se_images", "se_own", "seed_share"), None)
    counts = {"confidence": 0.95, "per_seed": [value], "seeds": 1, "images": 9, "patients": 9}
    return ArmScore(**blank, **counts, value=value, low=value - 0.1, high=value + 0.1, score="auc", split=split, setting={}, arm=arm)


def recommendation(arm: str | None, seeds: int = 2) -> Recommendation:
    blank = {"says": "", "trainings": 1, "candidates": [], "drawn": None, "seconds": 1.0}
    arms = [{"name": name} | blank for name in ("label-only", "agreement", "late")]
    levels = [level(name, split, value) for name, value in (("label-only", 0.25), ("agreement", 0.5)) for split in ("flipped", "removed")]
    facts = {"name": "recommend", "title": "", "recipe": "energy", "decides": ("auc", "flipped"), "matters": 0.05, "arms": arms}
    facts |= {"levels": levels, "comparisons": [], "notes": [], "conclusion": [], "answer": [], "failed": [], "missing": 0}
    study = StudyResult.model_validate(facts | {"files": ["s/study.html"]})
    settings = {} if arm is None else {"data.roi.blur": 2, "losses.guidance": [{"name": "energy"}]}
    return Recommendation(arm=arm, settings=settings, recipe="energy", sentences=["It can be told."], seeds=seeds, study=study)


@pytest.fixture
def carried_out(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Has the function answer so, after these trainings; what it was asked."""

    def made(answer: Recommendation | BaseException, *trained: Trained) -> dict[str, Any]:
        asked: dict[str, Any] = {}

        def carry_out(*given: object, told: Callable[[Trained], None], **named: object) -> Recommendation:
            asked.update(named, given=given)
            for one in trained:
                told(one)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        monkeypatch.setattr("sightline.face.recommending.recommend", carry_out)
        return asked

    return made


def test_the_arms_that_were_scored_are_shown_and_the_files_named(call: Callable[..., Any], carried_out: Callable[..., Any]) -> None:
    asked = carried_out(recommendation(None))
    said, told = call("recommend", "--data", "folder", "--minutes", "5", "--set", "data.image_size=96")
    assert (asked["given"], asked["minutes"], asked["settings"]) == (("folder", None, None), 5, {"data.image_size": 96})
    lines = told.splitlines()
    assert "AUC on validation images, 2 seeds" in lines
    assert "agreement 0.500 [0.400, 0.600] 0.500 [0.400, 0.600]" in lines
    assert "late" not in told
    assert lines[-2:] == ["It can be told.", "s/study.html"]
    assert said["arm"] is None


def test_the_proposed_command_reads_the_same_data_in_the_same_way(call: Callable[..., Any], carried_out: Callable[..., Any]) -> None:
    carried_out(recommendation("agreement", seeds=1))
    _, told = call("recommend", "--data", "folder", "--root", "my photos", "--set", "data.image_size=96")
    assert "AUC on validation images, 1 seed" in told.splitlines()
    command = "sightline train energy --data folder --root 'my photos' --set data.image_size=96 --set data.roi.blur=2"
    assert f'Train with: {command} --set \'losses.guidance=[{{"name": "energy"}}]\'' in told.splitlines()


def test_what_fails_every_arm_is_said_once(call: Callable[..., Any], carried_out: Callable[..., Any]) -> None:
    trainings = [
        Trained(name, 12.4, failure, done, 3) for done, (name, failure) in enumerate((("a", "no masks"), ("b", "no masks"), ("c", None)), 1)
    ]
    carried_out(recommendation(None), *trainings)
    _, told = call("recommend", "--data", "folder")
    assert told.splitlines()[:3] == ["failed: a: no masks", "failed: b: as before", "c 12 s"]


@pytest.mark.parametrize(("out", "folder"), [([], "studies/recommend-folder"), (["--out", "mine"], "mine")])
def test_a_stop_says_how_to_go_on(carried_out: Callable[..., Any], out: list[str], folder: str) -> None:
    carried_out(KeyboardInterrupt())
    found = CliRunner().invoke(app, ["recommend", "--data", "folder", *out])
    assert found.exit_code == 130
    assert f"Go on with the same command; what is done stays in {folder}." in found.output
