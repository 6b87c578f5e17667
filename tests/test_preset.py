"""Presets: they are laid over any recipe, below the settings of the user."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.cli.words import in_flags
from sightline.engine.train import train
from sightline.errors import UserError
from sightline.preset import preset_names
from sightline.recipe import load_recipe, recipe_names


@pytest.mark.parametrize("preset", preset_names())
def test_a_preset_fits_over_every_recipe(preset):
    for name in recipe_names():
        recipe = load_recipe(name, preset=preset)
        assert recipe.backbone.weights == "imagenet"
        assert recipe.train.optimizer.name == "adamw"
        assert recipe.losses == load_recipe(name).losses
        assert recipe.deviations[-1].startswith(f"trained with the preset {preset}: ")


def test_settings_win_over_the_preset_and_named_weights_are_kept(tmp_path):
    assert load_recipe("energy", {"train.epochs": 3}, preset="good").train.epochs == 3
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: energy\nbackbone: {name: resnet34, weights: own.safetensors}\n", encoding="utf-8")
    kept = load_recipe(mine, preset="quick").backbone
    assert (kept.name, kept.weights) == ("resnet34", "own.safetensors")


def test_a_stage_alone_takes_a_preset_too():
    assert load_recipe("gain/stage1", preset="good").train.ema is not None


def test_an_unknown_preset_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match=r"preset 'god': is unknown\. Did you mean \"good\""):
        load_recipe("energy", preset="god")


def test_train_takes_name_preset_and_settings(tmp_path, monkeypatch):
    """In that order, and before anything is read."""
    with pytest.raises(UserError, match="preset 'god'"):
        train("energy", tmp_path / "run", preset="god")
    settings = {"data.name": "folder", "data.root": str(tmp_path / "photos"), "backbone.weights": "none"}
    with pytest.raises(UserError, match="photos"):
        train("energy", tmp_path / "run", preset="good", settings=settings)
    assert not (tmp_path / "run").exists()


def test_the_command_line_lays_it_below_its_own_settings():
    shown = CliRunner().invoke(app, ["recipes", "show", "label-only", "--preset", "good", "--set", "train.epochs=7"])
    assert shown.exit_code == 0
    assert "weights: imagenet" in shown.output
    assert "epochs: 7" in shown.output
    assert in_flags("`preset='good'`") == "--preset good"
