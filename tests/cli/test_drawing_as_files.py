"""The verb `data draw`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sightline import catalog
from sightline.cli import app
from sightline.errors import UserError


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    out = tmp_path / "my images"
    words = ["data", "draw", "phantom_ultrasound", str(out), "--images", "4", "--size", "32", "--set", "artefact=text", "--json"]
    done = CliRunner().invoke(app, [*words, str(tmp_path / "found.json")])
    assert done.exit_code == 0
    assert "12 pictures (8 in table.csv, 2 in flipped.csv, 2 in removed.csv)" in done.output
    assert f"sightline data check table --root '{out}/table.csv' --set data.kind=ultrasound" in done.output
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (found["images"], found["tables"]["flipped"]) == (12, 2)
    assert not any(record.tags["body_marker"] for record in catalog.find("data", "table")(out / "table.csv"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["phantm"], 'Did you mean "phantom"'),
        (["phantom", "--annotation", "circle"], "circle"),
        (["phantom", "--set", "colour=red"], "colour"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_nothing(words: list[str], said: str, tmp_path: Path) -> None:
    name, *options = words
    found = CliRunner().invoke(app, ["data", "draw", name, str(tmp_path / "out"), "--images", "4", "--size", "32", *options])
    assert isinstance(found.exception, UserError)
    assert said in str(found.exception)
    assert not list(tmp_path.iterdir())
