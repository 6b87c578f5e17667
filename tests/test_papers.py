"""The recipes of the papers against what the papers and their programs print, which `papers/*.yaml` hold, apart from the recipes.

A file holds, for each recipe or stage, setting -> [value, element and where it is printed]. `like` takes over the settings of another one;
an empty list takes a setting, or all settings below it, away again. What is not listed has to be sightline's default.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sightline.overrides import override
from sightline.recipe import Recipe, load_recipe, recipe_from, recipe_names

Leaves = dict[str, Any]
FOLDER = Path(__file__).parent / "papers"
WORDS = {"name", "title", "source", "deviations", "stages"}
AT_ONCE = {"start": 0, "ramp": 0}  # of a loss that nothing else is said of
FAMILIES = ("attnmel", "featuremaps", "gain", "ggcam", "mel-cnn", "spn", "vgg16")


@cache
def printed() -> dict[str, dict[str, list[Any]]]:
    """Recipe or stage -> setting -> [value, where]."""
    found: dict[str, dict[str, list[Any]]] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for name, own in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            below = found[own["like"]] if "like" in own else {}
            gone = tuple(key for key, said in own.items() if said == [])
            kept = {key: said for key, said in below.items() if not any(key == g or key.startswith(f"{g}.") for g in gone)}
            found[name] = kept | {key: said for key, said in own.items() if key != "like" and said != []}
    return found


def leaves(tree: Any, above: str = "") -> Leaves:
    """Dotted setting -> value; lists of losses are numbered."""
    if isinstance(tree, dict) and tree:
        return {key: value for name, inner in tree.items() for key, value in leaves(inner, f"{above}{name}.").items()}
    if isinstance(tree, list) and any(isinstance(one, dict) for one in tree):
        return {key: value for i, inner in enumerate(tree) for key, value in leaves(inner, f"{above}{i}.").items()}
    return {above[:-1]: tree}


def settings(recipe: Recipe) -> Leaves:
    return leaves({key: value for key, value in recipe.model_dump(mode="json").items() if key not in WORDS})


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int) and not isinstance(other, bool):
        return math.isclose(one, other, rel_tol=1e-7)
    return bool(one == other)


def differences(recipe: Recipe, name: str) -> list[str]:
    """Every setting that is not as printed, nor, where nothing is printed, sightline's default."""
    own, default, said = settings(recipe), settings(Recipe(name="x")), printed()[name]
    found = [
        f"{key}: {own.get(key)!r}, printed {value!r} ({where})" for key, (value, where) in said.items() if not same(own.get(key), value)
    ]
    for key, value in own.items():
        usual = AT_ONCE.get(key.rpartition(".")[2]) if key.startswith("losses.") else None
        if key not in said and key not in ("losses.guidance", "losses.behaviour") and value != default.get(key, usual):
            found.append(f"{key}: {value!r}, of which {FOLDER.name} says nothing")
    return found


def loaded(name: str) -> Recipe:
    """A recipe, or one of its stages."""
    whole, slash, stage = name.partition("/")
    recipe = load_recipe(whole)
    return recipe.at_stage(next(s for s in recipe.stages if s.name == stage)) if slash else recipe


@pytest.mark.parametrize("name", printed())
def test_a_recipe_has_the_numbers_that_its_paper_prints(name: str) -> None:
    assert differences(loaded(name), name) == []


def test_every_recipe_and_stage_of_the_papers_is_held_against_them() -> None:
    wanted = [name for name in recipe_names() if name.startswith(FAMILIES)]
    stages = {name: [f"{name}/{stage.name}" for stage in load_recipe(name).stages] or [name] for name in wanted}
    assert sorted(printed()) == sorted(one for several in stages.values() for one in several)
    for name, said in printed().items():
        assert all(len(entry) == 2 and entry[1] for entry in said.values()), name


def other(value: Any) -> Any:
    """Another value of the kind, which the setting's bounds allow."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value / 2 if value else 0.25
    if isinstance(value, list) and value and all(isinstance(one, int | float) for one in value):
        return [other(value[0]), *value[1:]]
    return None


@pytest.mark.parametrize("name", printed())
def test_each_number_that_is_changed_is_found(name: str) -> None:
    recipe = loaded(name)
    tree, checked = recipe.model_dump(mode="json"), 0
    for key, value in settings(recipe).items():
        changed = other(value)
        if key not in printed()[name] or changed is None:
            continue
        mutant = recipe_from(override(tree, {key: changed}), where=name)
        assert any(line.startswith(f"{key}:") for line in differences(mutant, name)), key
        checked += 1
    assert checked >= 10
