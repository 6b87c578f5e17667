"""The verbs `explain` and `figure`: what they hand on, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from sightline import catalog
from sightline.cli import app
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.methods import METHODS
from sightline.face.drawing import figures
from sightline.results.explanations import WrittenMap, WrittenMaps


@pytest.mark.parametrize("method", METHODS)
def test_explain_by_another_method(planted, call, tmp_path, method):
    Image.effect_noise((60, 40), 80).convert("RGB").save(tmp_path / "photo.png")
    said, _ = call("explain", planted.path, tmp_path / "photo.png", "--method", method, "--out", tmp_path / "maps")
    picture, values, facts = said["files"]
    assert all(method.replace("-", "_") in file for file in said["files"])
    assert json.loads(Path(facts).read_text(encoding="utf-8"))["map"] == method
    raw = np.load(values)
    assert np.isfinite(raw).all()
    assert raw.max() > 0
    assert (raw.min() >= 0) == (method in ("gradient", "smoothgrad")), "evidence against is kept, too"
    with Image.open(picture) as overlay:
        assert overlay.size == (60, 40)


@pytest.mark.parametrize("data", [None, "folder"])
def test_a_row_for_each_map_with_labels_only_where_they_are_known(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, data: str | None
) -> None:
    rows = [
        WrittenMap(image="a.png", map="cam", explained="melanoma", predicted="nevus", probability=0.75, label="nevus"),
        WrittenMap(image="b.png", map="gate", explained=None, predicted="nevus", probability=0.5),
    ]
    run = SimpleNamespace(name="x", findings=(), decision=Decision(0.375), classes=["nevus", "melanoma"], calibration=None)
    asked: dict[str, Any] = {}
    monkeypatch.setattr("sightline.face.opening.opened", lambda place, device: run)
    monkeypatch.setattr(
        "sightline.face.show.explain",
        lambda *given, **named: asked.update(named, given=given) or WrittenMaps(maps=rows, files=["a", "b"], notes=("A note.",)),
    )
    elsewhere = ["--data", data, "--map", "mel=melanoma"] if data else []
    said, told = call("explain", "runs/x", "a.png", "b.png", "--target", "all", "--out", "m", *elsewhere)
    assert asked["given"] == (run, [Path("a.png"), Path("b.png")], "all")
    assert (asked["out"], asked["data"], asked["classes"]) == (Path("m"), data, {"mel": "melanoma"} if data else {})
    assert ("label" in told) == (data is not None)
    assert "a.png cam melanoma nevus 0.750" + " nevus" * bool(data) in told.splitlines()
    assert "b.png gate - nevus 0.500" in told.splitlines()
    assert "Predictions: decided for melanoma from a probability of 0.375" in told
    assert told.splitlines()[-1] == "2 files in m"
    assert "A note." in told
    assert (said["run"], len(said["maps"])) == ("runs/x", 2)


def test_the_decision_of_each_finding_that_was_asked_for_is_said(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def of(name: str) -> SimpleNamespace:
        return SimpleNamespace(name=name, decision=Decision(0.25), classes=[f"no {name}", name], calibration=None)

    run = SimpleNamespace(findings=("effusion", "mass"), of=of)
    monkeypatch.setattr("sightline.face.opening.opened", lambda place, device: run)
    monkeypatch.setattr("sightline.face.show.explain", lambda *given, **named: WrittenMaps(maps=[], files=[]))
    for target, told in ((["--target", "mass"], ["mass"]), (["--target", "all"], ["effusion", "mass"]), ([], ["effusion", "mass"])):
        _, said = call("explain", "runs/x", "a.png", *target)
        assert [name for name in run.findings if f"decided for {name} from" in said] == told


def test_every_figure_is_listed_with_its_paper(call: Callable[..., Any]) -> None:
    said, told = call("figure")
    assert said["figures"] == [one.to_json() for one in figures()]
    for one in figures():
        assert f"{one.name} {one.shows} [{one.paper}]" in told


def test_options_of_a_figure_are_handed_on_and_its_files_named(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(
        "sightline.face.drawing.figure", lambda *given, say, **named: (asked.update(named, given=given), say("keratosis is left out"))
    )
    words = ["--run", "a", "--run", "b", "--id", "7", "--unit", "2/3", "--recipe", "gain", "--class", "mel", "--stretch", "--out", tmp_path]
    said, told = call("figure", "roc", *words)
    assert asked["given"] == ("roc", Path("a"), Path("b"))
    assert (asked["ids"], asked["units"], asked["recipes"], asked["label"], asked["stretch"]) == (("7",), ("2/3",), ("gain",), "mel", True)
    assert said == {
        "figure": "roc",
        "runs": ["a", "b"],
        "files": [f"{tmp_path}/roc.png", f"{tmp_path}/roc.pdf"],
        "notes": ["keratosis is left out"],
    }
    assert told.splitlines() == ["keratosis is left out", *said["files"]]


def test_an_unknown_figure_is_refused_before_anything_is_written(planted: Run, tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["figure", "rock", "--run", str(planted.path), "--out", str(tmp_path / "f")])
    assert isinstance(found.exception, UserError)
    assert 'Did you mean "roc"' in str(found.exception)
    assert not (tmp_path / "f").exists()


def test_the_verb_lists_and_draws(guided: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = CliRunner().invoke(app, ["figure", "--json", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    assert {one["name"] for one in json.loads(out.read_text(encoding="utf-8"))["figures"]} == set(catalog.places("figure"))
    assert all(name in result.output for name in catalog.places("figure"))
    command = ["figure", "roc", "--run", str(guided.path), "--split", "flipped", "--out", str(tmp_path / "f"), "--json", str(out)]
    assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["files"] == [str(tmp_path / "f" / f"roc.{kind}") for kind in ("png", "pdf")]


def test_help_of_the_verb_names_its_options() -> None:
    result = CliRunner().invoke(app, ["figure", "--help"])
    assert "Example" in result.output
    for option in ("--run", "--out", "--split", "--images", "--colours", "--unit", "--json"):
        assert option in result.output
