"""What the verb `study` prints, and how it ends; the study itself is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.cli.study import duration
from sightline.face.study import Trained
from sightline.results.search import SearchOutlook, SearchResult, SearchTrial
from sightline.results.study import ArmOutlook, Failure, StudyOutlook, StudyResult

OUTLOOK = StudyOutlook(
    study="studies/weights",
    name="weights",
    title="Which weight?",
    arms=[ArmOutlook(arm="label-only", candidates=1, seeds=2, to_do=2), ArmOutlook(arm="best", candidates=1, seeds=2, to_do=2)],
    grid={"train.epochs": ["1", "2"]},
    settings=2,
    trainings=8,
    to_do=4,
    shared=2,
    workers=2,
    seconds=100.0,
)
RUNGS = ["train.epochs = 2", "the whole training"]
SEARCH = SearchOutlook(trials=9, rungs=RUNGS, expected=[9, 3], seeds=1)


def result(**changed: Any) -> StudyResult:
    empty: dict[str, Any] = {key: [] for key in ("levels", "comparisons", "arms", "notes", "failed")}
    said = {"conclusion": ["Guidance helps."], "answer": ["best against label-only: better."], "missing": 0, "files": ["study.html"]}
    whole = {"name": "weights", "title": "", "recipe": "energy", "decides": ("auc", "test"), "matters": 0.02} | empty | said
    return StudyResult.model_validate(whole | changed)


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `sl.study` returns, by `dry_run`; a result that is an exception is raised."""
    answers: dict[str, Any] = {"outlook": OUTLOOK, "result": result()}

    def study(dry_run: bool = False, told: Any = None, **asked: Any) -> Any:
        answers["asked"] = asked
        if dry_run:
            return answers["outlook"]
        told(Trained("label-only, seed 0", 3.0, None, 1, 4))
        told(Trained("best, seed 0", 1.0, "no memory", 2, 4))
        if isinstance(answers["result"], BaseException):
            raise answers["result"]
        return answers["result"]

    monkeypatch.setattr("sightline.face.study.study", study)
    return answers


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["study", *arguments])


def test_a_dry_run_says_what_there_is_to_do(invented: dict[str, Any]) -> None:
    said = run("weights", "--dry-run", "--seeds", "2", "--set", "train.epochs=3")
    assert said.exit_code == 0
    assert "weights: Which weight?" in said.output
    assert "train.epochs: 1 | 2" in said.output
    assert "8 trainings (2 of the grid are the same as another), 4 to do, 2 at a time: about 2 min to go." in " ".join(said.output.split())
    assert "first a search" not in said.output
    assert (invented["asked"]["seeds"], invented["asked"]["settings"]) == (2, {"train.epochs": 3})


def test_a_search_is_announced_and_its_best_are_shown(invented: dict[str, Any]) -> None:
    invented["outlook"] = OUTLOOK.but(search=SEARCH)
    trials = [SearchTrial(candidate=f"c{i}", values={}, scores=[0.9 - i / 10, 0.8] if i < 2 else [0.1]) for i in range(7)]
    trials.append(SearchTrial(candidate="broken", values={}, scores=[None]))
    invented["result"] = result(search=SearchResult(score="auc", split="val", rungs=RUNGS, seeds=1, drawn=8, trials=trials, over=True))
    said = run("weights").output
    announced = "first a search of 9 trials: 9 with train.epochs = 2; 3 with the whole training"
    assert announced in " ".join(said.split())
    assert "about 8 trainings" in said
    assert "0.800" in said
    assert "c4" in said
    assert "c5" not in said, "the others stand on the page"


def test_trainings_are_told_as_they_end_and_a_failure_makes_the_status_1(invented: dict[str, Any]) -> None:
    good = run("weights")
    assert good.exit_code == 0
    assert "1/4  label-only, seed 0  3 s" in good.output
    assert "failed: best, seed 0: no memory" in good.output
    assert "Guidance helps." in good.output
    assert good.output.rstrip().endswith("study.html")
    invented["result"] = result(failed=[Failure(arm="best", seed=0, reason="no memory")])
    assert run("weights").exit_code == 1


def test_ctrl_c_says_how_to_go_on(invented: dict[str, Any]) -> None:
    invented["result"] = KeyboardInterrupt()
    said = run("weights")
    assert said.exit_code == 130
    assert "Go on with the same command" in said.output


@pytest.mark.parametrize("arguments", [["a", "b"], ["report"], ["report", "a", "b"]])
def test_one_plan_or_one_folder_is_wanted(arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.exit_code != 0
    assert "plans or folders given" in str(said.exception)


def test_a_report_is_said_again(invented: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sightline.face.study.study_report", lambda folder: result(conclusion=[f"Of {Path(folder).name}."]))
    assert "Of weights." in run("report", str(tmp_path / "weights")).output


def test_durations_can_be_read() -> None:
    assert [duration(seconds) for seconds in (45, 89.6, 90, 720, 5400, 12600)] == ["45 s", "90 s", "2 min", "12 min", "1.5 h", "3.5 h"]
