"""Every command in `docs/papers/*.md` as a shell reads it: its options are known, its recipe resolves with its settings, its network is
built, its figure takes what it is given, its plan holds. The recipes are trained at small size in `test_recipes_train.py`.

The blocks of a page are run by bash, in which `sightline` only writes down what it was called with.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
import typer

from sightline import catalog
from sightline.attention.classifier import build
from sightline.cli import app
from sightline.face.settings import placed
from sightline.overrides import parse_settings
from sightline.recipe import load_recipe
from sightline.study.plan import load_plan

PAGES = sorted((Path(__file__).parents[1] / "docs" / "papers").glob("*.md"))
STUB = 'sightline() { printf "%s\\n" "$(printf "%q " "$@")" >> "$CALLS"; }\nuv() { :; }\n'
TICKED = re.compile(r"`(sightline [a-z][^`]*)`")
COMMANDS = typer.main.get_command(app)


def calls(page: Path, tmp_path: Path) -> list[list[str]]:
    """The arguments of every command of a page: of its blocks, and of those that stand between backticks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    log = tmp_path / "calls"
    log.touch()
    script = STUB + "\n".join(blocks).replace("uv run python benchmarks", "uv benchmarks")
    subprocess.run(["bash", "-c", script], env={"CALLS": str(log), "PATH": "/usr/bin:/bin", "HOME": "/home/me"}, check=True)
    written = [shlex.split(line) for line in log.read_text(encoding="utf-8").splitlines()]
    shown = [shlex.split(command)[1:] for command in TICKED.findall(re.sub(r"```sh\n.*?```", "", text, flags=re.S))]
    return [*written, *(call for call in shown if len(call) > 1 and "..." not in call)]


def parsed(call: list[str]) -> tuple[str, dict[str, Any]]:
    """The verb, and its options as the command line reads them; unknown ones are refused."""
    group, name, rest = COMMANDS, call[0], call[1:]
    command = group.commands[name]  # type: ignore[attr-defined]
    while hasattr(command, "commands"):
        command, rest = command.commands[rest[0]], rest[1:]
    with command.make_context(name, rest) as context:
        return name, dict(context.params)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_command_of_a_page_can_be_given(page: Path, tmp_path: Path) -> None:
    found = calls(page, tmp_path)
    assert len(found) >= 5
    built: set[str] = set()
    for call in found:
        name, options = parsed(call)
        if name == "train":
            trains(options, built)
        elif name == "figure":
            figure = catalog.find("figure", options["name"])
            fewest, most = figure.runs
            assert fewest <= len(options["run"]) <= (most or 99), call
            given = {"colours", "stretch", "images", "label", "units", "ids", "split", "recipes"}
            assert {key for key in given if options[key]} <= figure.takes, call
            assert [load_recipe(recipe).name for recipe in options["recipes"]] == list(options["recipes"])
        elif name == "study":
            load_plan(options["plan"][0], parse_settings(options["settings"]))


def test_002_03_the_command_of_the_page_keeps_a_challenge_s_test_images_out(tmp_path: Path) -> None:
    """And reads dermoscopic images alone: an option that is added must not replace those of the recipe."""
    (page,) = (page for page in PAGES if page.stem == "featuremaps")
    (call,) = (call for call in calls(page, tmp_path) if call[0] == "train" and "isic_archive" in call)
    options = parsed(call)[1]
    base = load_recipe(options["recipe"])
    recipe = base.changed(placed(base, options["data"], None) | parse_settings(options["settings"]))
    assert recipe.data.options == {"image_type": "dermoscopic", "without": "ISIC-2017_Test_v2_Part3_GroundTruth.csv"}


def trains(options: dict[str, Any], built: set[str]) -> None:
    """The recipe with its settings, and the network of each of its stages."""
    base = load_recipe(options["recipe"])
    recipe = base.changed(placed(base, options["data"], None) | parse_settings(options["settings"])).check()
    network = repr((recipe.backbone, recipe.head, recipe.attention, recipe.data.image_size))
    if network not in built:
        built.add(network)
        with torch.device("meta"):
            build(recipe.with_settings(backbone__weights="none"), 3)


def test_003_13_the_numbers_of_isic_2016_are_those_of_the_program(tmp_path: Path) -> None:
    (page,) = (page for page in PAGES if page.stem == "attnmel")
    given = [parsed(call)[1] for call in calls(page, tmp_path) if call[:2] == ["train", "attnmel-code"] and "isic2016" in call]
    (settings,) = (parse_settings(options["settings"]) for options in given)
    assert settings["backbone.mean"] == [0.7012, 0.5517, 0.4875]
    assert settings["backbone.std"] == [0.0942, 0.1331, 0.1521]
    assert (settings["train.epochs"], settings["train.schedule.every"]) == (5 * 50, 5 * 10), "five passes in each epoch"
