from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sightline as sl
from sightline.engine.run import Run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    given: dict[str, Any] = {}
    monkeypatch.setattr("sightline.face.exporting.export_run", lambda run, **named: given.update(named, run=run))
    return given


def test_a_run_is_exported_on_the_cpu_with_its_data_where_they_are(
    run: Run, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    moved = Run(run.path, "meta", Path("/moved"))  # its data have moved since it was trained
    sl.export(moved, onnx="~/a.onnx", map="no")
    assert (str(asked["run"].device), asked["run"].root) == ("cpu", Path("/moved"))
    assert {name: asked[name] for name in ("onnx", "torch", "hub", "maps")} == {
        "onnx": Path("/home/ana/a.onnx"),
        "torch": None,
        "hub": None,
        "maps": "no",
    }
    sl.export(moved, hub="h", root="/again")
    assert asked["run"].root == Path("/again")
    sl.export(str(run.path), torch="t.pt2")
    assert (asked["run"].path, asked["run"].root, asked["maps"]) == (run.path, None, "auto")


def test_an_unknown_word_about_maps_is_refused(run: Run, asked: dict[str, Any]) -> None:
    with pytest.raises(sl.UserError, match=r"`map='maybe'`: is unknown\. Known: auto, yes, no"):
        sl.export(run, onnx="a.onnx", map="maybe")  # type: ignore[arg-type]
    assert asked == {}
