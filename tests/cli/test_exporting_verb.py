"""The verb `export`: which options become which arguments, and what is said of the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.errors import UserError
from sightline.results.exports import Exported


def test_files_and_their_differences_from_pytorch_are_listed(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = Exported(
        files=["m.onnx", "m.onnx.json"],
        outputs=["logits", "probabilities"],
        differences={"m.onnx": {"logits": 2.5e-7, "probabilities": 0.0}},
        checked_on="4 images of val",
        why_no_map="it needs a gradient; `map='yes'` is refused",
    )
    asked: list[Any] = []
    monkeypatch.setattr("sightline.face.exporting.export", lambda run, **named: asked.append((run, named)) or found)
    said, told = call("export", "runs/x", "--onnx", "m.onnx", "--map", "no", "--root", "data")
    given = {"onnx": Path("m.onnx"), "torch": None, "hub": None, "map": "no", "root": Path("data")}
    assert asked == [(Path("runs/x"), given)]
    assert "m.onnx logits 2.5e-07" in told
    lines = told.splitlines()
    assert lines[-4:] == [
        "Checked on 4 images of val, in batches of 1 and 3.",
        "it needs a gradient; --map yes is refused",
        "Written: m.onnx",
        "Written: m.onnx.json",
    ]
    assert said == found.to_json()


def test_of_a_folder_alone_nothing_is_compared(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.face.exporting.export", lambda run, **named: Exported(files=["hub/README.md"]))
    _, told = call("export", "runs/x", "--hub", "hub")
    assert told == "Written: hub/README.md"


def test_nothing_to_write_is_refused(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["export", str(tmp_path)])
    assert isinstance(found.exception, UserError)
    assert found.exit_code != 0
