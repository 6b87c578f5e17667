"""The verbs `demo` and `train`: which options become settings, what is said at the end, and what a stop leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import invented_scores
import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.engine.run import Run
from sightline.errors import Stopped, UserError
from sightline.results import Score
from sightline.results.folds import FoldScores
from sightline.results.summary import Demo

HALF = Score(value=0.5, low=0.25, high=0.75)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], dict[str, Any]]:
    """Has the training end so; what it was asked."""

    def made(end: object) -> dict[str, Any]:
        asked: dict[str, Any] = {}

        def fit(*given: object, **named: object) -> object:
            asked.update(named, given=given)
            if isinstance(end, BaseException):
                raise end
            return end

        monkeypatch.setattr("sightline.face.training.train", fit)
        return asked

    return made


def test_options_become_settings_and_are_below_those_of_set(call: Callable[..., Any], trained: Callable[..., Any], guided: Run) -> None:
    asked = trained(guided)
    words = ["--name", "one", "--runs", "here", "--from", "/runs/stage1", "--devices", "2", "--nodes", "3", "--set", "train.nodes=1"]
    said, told = call("train", "energy", *words)
    assert asked["given"] == ("energy", Path("here/one"))
    assert asked["settings"] == {"train.start": "/runs/stage1", "train.devices": 2, "train.nodes": 1}
    assert told.splitlines()[-2:] == [f"Report: {guided.path}/report.html", f"Run: {guided.path}"]
    assert set(said["metrics"]) == set(guided.scores)
    assert said["report"] == f"{guided.path}/report.html"


def test_without_options_the_recipe_decides_and_without_a_report_none_is_named(
    call: Callable[..., Any], trained: Callable[..., Any], guided: Run
) -> None:
    asked = trained(guided)
    said, told = call("train", "energy", "--no-report")
    assert (asked["given"], asked["settings"], asked["report"], asked["runs"]) == (("energy", None), {}, False, Path("runs"))
    assert "report" not in said
    assert "Report:" not in told


def test_a_cross_validation_has_a_row_for_each_fold_and_one_for_all(
    call: Callable[..., Any], trained: Callable[..., Any], guided: Run, tmp_path: Path
) -> None:
    for i in (1, 2):
        (tmp_path / "five" / f"fold-{i}").mkdir(parents=True)
        for name in ("config.yaml", "model.json", "thresholds.json"):
            (tmp_path / "five" / f"fold-{i}" / name).write_bytes((guided.path / name).read_bytes())
    (tmp_path / "five" / "folds.json").write_text("{}", encoding="utf-8")
    scores = invented_scores.scored(((5, 1), (1, 5)), n=12, accuracy=HALF)
    trained(FoldScores(folds=2, scores=scores.but(n=24), of_fold=[scores, scores], folder=str(tmp_path / "five")))
    said, told = call("train", "energy", "--folds", "2")
    rows = [line for line in told.splitlines() if "0.910" in line]
    assert [row.split(" 0.500")[0] for row in rows] == ["fold 1 12", "fold 2 12", "all 24"]
    assert f"Predict with all of them: sightline predict {tmp_path}/five PATH..." in told
    assert said["run"] == str(tmp_path / "five")


def test_a_stop_names_the_option_that_goes_on(trained: Callable[..., Any]) -> None:
    trained(Stopped("Stopped after epoch 3."))
    found = CliRunner().invoke(app, ["train", "energy"])
    assert (found.exit_code, found.output) == (130, "Stopped after epoch 3. Go on with the same command and --resume.\n")


def test_a_name_that_is_a_path_is_refused_in_the_words_of_the_command(trained: Callable[..., Any]) -> None:
    asked = trained(None)
    found = CliRunner().invoke(app, ["train", "energy", "--name", "a/b"])
    assert isinstance(found.exception, UserError)
    assert "--runs says in which folder it goes" in str(found.exception)
    assert asked == {}


def test_a_demo_that_is_stopped_says_that_it_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> Demo:
        raise Stopped

    monkeypatch.setattr("sightline.face.demo.demo", stop)
    found = CliRunner().invoke(app, ["demo"])
    assert found.exit_code == 130
    assert found.output.endswith("Stopped. A demo starts from the beginning; run it again.\n")


def test_a_demo_is_written_where_it_is_told(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made, asked = Demo(seconds=60.0, peak_rss_mb=None, report="r.html", arms={}), {}
    monkeypatch.setattr("sightline.face.demo.demo", lambda out, **named: asked.update(named, out=out) or made)
    said, told = call("demo", "--out", tmp_path / "d", "--seed", "3")
    assert (asked["out"], asked["seed"]) == (tmp_path / "d", 3)
    assert told.splitlines()[-1] == "Report: r.html (60 s)"
    assert said["report"] == "r.html"
