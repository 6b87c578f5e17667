"""What several verbs are asked about, and how they are asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cnn4_run import cnn4_run
from invented_run import guided, label_only
from typer.testing import CliRunner

from sightline.cli import app
from sightline.engine.run import Run

__all__ = ["guided", "label_only"]


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """See `cnn4_run`."""
    return cnn4_run(tmp_path_factory.mktemp("runs") / "planted")


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, str]]:
    """Calls a verb that is to succeed: what it writes for scripts, and what it prints in a wide terminal."""
    monkeypatch.setattr("sightline.cli.console.console.width", 200)

    def made(*arguments: object) -> tuple[Any, str]:
        said = tmp_path / "said.json"
        result = CliRunner().invoke(app, [*map(str, arguments), "--json", str(said)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(said.read_text(encoding="utf-8")), "\n".join(" ".join(line.split()) for line in result.output.splitlines())

    return made
