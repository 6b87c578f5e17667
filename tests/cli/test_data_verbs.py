"""The verbs about data and annotations: what they find, and how they end."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.errors import UserError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "epoks=3"], 'Did you mean "epochs"'),
        (["--set", "keep.confidenc=1"], 'Did you mean "confidence"'),
        (["--set", "target.name=busi"], "Set it whole"),
        (["--set", "data.options={rot: 1}"], "unknown setting"),
        (["--image-size", "100"], "multiple of 32"),
        (["--for-root", "x"], "Name the data set that lies there: `for_data"),
    ],
)
def test_mistakes_on_the_command_line_have_a_remedy(arguments, message, tmp_path):
    command = ["pseudo-mask", "--data", "folder", "--root", str(tmp_path), "--out", str(tmp_path / "out"), *arguments]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, UserError)
    assert message in str(result.exception)


def test_help_shows_an_example():
    result = CliRunner().invoke(app, ["pseudo-mask", "--help"])
    assert "sightline pseudo-mask --data" in result.output
    assert "--json" in result.output


def test_data_check_says_what_is_missing_before_reading_fails(tmp_path):
    result = CliRunner().invoke(app, ["data", "check", "isic2016", "--root", str(tmp_path)])
    assert "Official layout: 0 of 6 parts are there" in result.output
    assert "Distributed by the ISIC challenge site" in result.output
    assert "holds no diagnoses of ISIC 2016" in result.output
    assert result.exit_code == 1


def test_data_check_ends_with_1_where_the_training_would_refuse(tmp_path):
    small = ["--set", "options={size: 32, train: 8, val: 4, test: 4}"]

    def status(*arguments: str) -> int:
        return CliRunner().invoke(app, ["data", "check", "phantom", *small, *arguments]).exit_code

    assert status("--recipe", "energy", "--set", "data.split.seed=1") == 0
    assert status("--recipe", "energy", "--set", "train.select=val/acu") == 1
    assert status("--set", "split.folds=50") == 1
    found = tmp_path / "found.json"
    assert status("--set", "task=nosuch", "--json", str(found)) == 1
    assert json.loads(found.read_text(encoding="utf-8"))["problems"]["number"] == 1
    unknown = CliRunner().invoke(app, ["data", "check", "phantom", "--recipe", "nosuch"])
    assert "recipe 'nosuch': is unknown" in str(unknown.exception)  # which `main` turns into status 2


def test_data_check_says_what_it_finds():
    checked = CliRunner().invoke(app, ["data", "check", "phantom", "--set", "options={size: 32, train: 8, val: 4, test: 4}"])
    assert checked.exit_code == 0
    assert "melanoma" in checked.output
