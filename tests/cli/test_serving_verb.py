"""The command `serve`: what it hands on, and what it says where other machines are let in."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_run import small_run
from typer.testing import CliRunner

from sightline.cli import app

listening = pytest.importorskip("sightline.serve.listening")


@pytest.mark.parametrize(
    ("options", "names", "said"),
    [
        ([], True, []),
        (["--host", "localhost", "--token", "x"], True, []),
        (["--host", "0.0.0.0"], False, ["Warning", "no token"]),
        (["--host", "0.0.0.0", "--token", "x"], False, ["Warning"]),
    ],
)
def test_a_server_is_for_this_machine_unless_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options, names, said) -> None:
    run, seen = small_run(tmp_path / "small", 1), []
    monkeypatch.setattr(listening, "listen", lambda made, host, port, ready: (seen.append((made, port)), ready(f"http://{host}:{port}")))
    told = CliRunner().invoke(app, ["serve", str(run.path), "--port", "8123", "--queue", "3", *options], catch_exceptions=False)
    ((made, port),) = seen
    assert (port, bool(made.hosts), bool(made.token)) == (8123, names, "--token" in options)
    assert f"Serving at http://{options[1] if options else '127.0.0.1'}:8123" in told.stdout
    assert [part for part in ("Warning", "no token") if part in told.stdout] == said
