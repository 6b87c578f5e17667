"""What the help of the commands shows: words to type, no types of Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from sightline.cli import app


def _below(path: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:
    yield path
    for name, verb in getattr(command, "commands", {}).items():
        yield from _below((*path, name), verb)


def _help(*verb: str) -> str:
    return CliRunner().invoke(app, [*verb, "--help"], env={"COLUMNS": "200"}).output


@pytest.mark.parametrize("verb", _below((), get_command(app)), ids=lambda verb: " ".join(verb) or "sightline")
def test_help_names_no_type_of_python(verb: tuple[str, ...]) -> None:
    shown = _help(*verb)
    usage = next(line for line in shown.splitlines() if "Usage:" in line)
    assert "{" not in usage
    assert re.findall(r"<\w+[^>\n]*>", shown) == []


def test_the_first_line_shows_what_can_be_left_out_and_what_repeated() -> None:
    assert "predict [OPTIONS] RUN... PATH..." in _help("predict")
    assert "explain [OPTIONS] RUN [IMAGE...]" in _help("explain")
    assert "figure [OPTIONS] [NAME]" in _help("figure")
