"""The command in places that nobody has in mind: odd terminals, closed pipes, no home; and what was mistyped is one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, shell: str = "", **environment: str | None) -> subprocess.CompletedProcess[str]:
    """The installed command, with variables changed or (None) taken out; `shell` follows it."""
    variables = {key: value for key, value in (os.environ | environment).items() if value is not None}
    command = f'"{Path(sys.executable).with_name("sightline")}" "$@" {shell}'
    return subprocess.run(["bash", "-c", command, "x", *arguments], capture_output=True, text=True, env=variables, timeout=120)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "No such command 'trian'. Did you mean 'train'? See sightline --help."),
        (["train"], "Missing argument"),
        (["train", "energy", "--nope"], "--nope"),
        (["audit", "x", "--seconds", "many"], "Invalid value for '--seconds'"),
        (["train", "energy", "--root", "~nobody-of-this-name/x"], "~nobody-of-this-name/x: begins with a home folder"),
        (["recipes", "--json", "/proc/x.json"], "--json /proc/x.json: cannot be written into /proc"),
    ],
)
def test_what_was_mistyped_is_one_line(arguments: list[str], message: str) -> None:
    found = run(*arguments)
    assert found.returncode == 2
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert line.startswith("sightline: ")
    assert message in line


@pytest.mark.parametrize(
    "environment",
    [
        {"COLUMNS": "0"},
        {"COLUMNS": "1"},
        {"COLUMNS": "-5", "NO_COLOR": "1", "TERM": "dumb"},
        {"HOME": None},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    ],
    ids=str,
)
def test_every_terminal_shows_something(environment: dict[str, str | None]) -> None:
    found = run("recipes", **environment)
    assert (found.returncode, found.stderr) == (0, "")
    assert "energy" in found.stdout


@pytest.mark.parametrize("shell", ["| head -1", ">&-", "2>&-"])
def test_a_reader_who_leaves_is_no_error(shell: str) -> None:
    found = run("recipes", shell=shell)
    assert found.returncode == 0
    assert found.stderr == ""


def test_work_goes_on_when_its_reader_has_gone(tmp_path: Path) -> None:
    """A training whose output goes through `head` is not lost with it."""
    code = "from sightline.cli.console import say\nfor n in range(2000): say(str(n) * 50)\nopen('done', 'w').close()"
    subprocess.run(["bash", "-c", f'"{sys.executable}" -c "{code}" | head -1'], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "done").exists()
