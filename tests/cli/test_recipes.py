"""The verbs `recipes` and `recipes show`."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from sightline.cli import app
from sightline.errors import UserError
from sightline.recipe import load_recipe, recipe_names


def test_recipes_are_listed_and_shown(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["recipes", "show", "energy", "--json", str(tmp_path / "r.json")])
    assert "guidance" in shown.output
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["recipe"]["name"] == "energy"
    listed = CliRunner().invoke(app, ["recipes", "--json", str(tmp_path / "all.json")])
    assert "label-only" in listed.output
    assert [one["name"] for one in json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))["recipes"]] == list(recipe_names())


def test_what_is_shown_is_a_file_that_can_be_trained(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["recipes", "show", "energy", "--set", "train.epochs=3"], catch_exceptions=False)
    (tmp_path / "mine.yaml").write_text(shown.stdout, encoding="utf-8")
    assert load_recipe(str(tmp_path / "mine.yaml")) == load_recipe("energy", {"train.epochs": 3})


def test_a_recipe_that_could_not_be_trained_is_not_shown() -> None:
    def refused(*words: str) -> str:
        found = CliRunner().invoke(app, ["recipes", "show", *words])
        assert isinstance(found.exception, UserError)
        assert found.stdout == ""
        return str(found.exception)

    assert 'Did you mean "energy"' in refused("enrgy")
    assert "attention (cam).options" in refused("energy", "--set", "attention.options={lair: 3}")
