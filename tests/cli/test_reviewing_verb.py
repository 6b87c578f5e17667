"""The verb `review`: what it hands on, and when it says that it loads the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sightline.cli import app


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the function was given."""
    given: dict[str, Any] = {}
    monkeypatch.setattr("sightline.face.reviewing.review", lambda run, split, **named: given.update(named, run=run, split=split))
    return given


def test_a_run_is_served_with_what_was_said(asked: dict[str, Any]) -> None:
    words = [
        "--split",
        "val",
        "--split",
        "test",
        "--beside",
        "runs/y",
        "--no-open",
        "--port",
        "9000",
        "--open-readers",
        "--map",
        "mel=melanoma",
    ]
    found = CliRunner().invoke(app, ["review", "runs/x", *words, "--open-readers"], catch_exceptions=False)
    assert (found.exit_code, found.output) == (0, "The run is being loaded ...\n")
    assert (asked["run"], asked["split"], asked["beside"]) == (Path("runs/x"), ["val", "test"], [Path("runs/y")])
    assert (asked["show"], asked["port"], asked["open_readers"], asked["classes"]) == (False, 9000, True, {"mel": "melanoma"})


def test_an_export_loads_no_network_and_does_not_say_so(asked: dict[str, Any]) -> None:
    found = CliRunner().invoke(app, ["review", "runs/x", "--export", "r.jsonl"], catch_exceptions=False)
    assert (found.exit_code, found.output) == (0, "")
    assert (asked["export"], asked["split"], asked["show"]) == (Path("r.jsonl"), [], True)


def test_a_port_that_is_none_is_refused(asked: dict[str, Any]) -> None:
    found = CliRunner().invoke(app, ["review", "runs/x", "--port", "70000"])
    assert found.exit_code == 2
    assert asked == {}
