"""Everything that a verb of the command line does is one function of `sl`, with the same words for its arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import sightline as sl
from sightline.cli import app
from sightline.errors import UserError
from sightline.explain.figure.kind import Options
from sightline.recipe import Recipe
from sightline.serve.limits import Limits

# verbs whose function has another name, and why
NAMES = {
    "data check": ("check", "`sl.data` reads and divides a data set, so that what else is done with one stands beside it"),
    "data convert": ("convert", "see `data check`"),
    "data draw": ("draw", "see `data check`"),
    "recipes": ("recipe_names", "`sightline.recipes` is the folder of the recipes, which Python takes for a package"),
    "recipes show": ("load_recipe", "a recipe is an object in Python, which shows itself"),
}
FURTHER = {"study": "study_report", "figure": "figures"}  # what a verb does with no name, or with `report` in place of one

BESIDE = {"json": "writes what the verb prints, which the function gives back"}
# (verb, parameter) -> the arguments that say it, and why they differ
APART = {
    ("predict", "places"): ({"runs", "pictures"}, "runs and pictures are one list in a shell, where both may come from a pattern"),
    ("figure", "run"): ({"runs"}, "an option for each run, where `--runs` is the folder of all of them (`train`)"),
    ("serve", "host"): (set(), "`sl.serve` gives an application, and the server that runs it listens"),
    ("serve", "port"): (set(), "see `host`"),
}
# functions that take any keyword -> what they are; a verb has one option for all of them, or an option for each
OPEN = {"serve": set(Limits.model_fields), "figure": {field.name for field in fields(Options)}}
OPEN |= {name: {"settings"} for name in ("check", "convert", "draw")}

# parameter -> its option, where that is another word, and why
WORDS = {
    "settings": ("--set", "one setting each, which reads as a sentence"),
    "classes": ("--map", "one pair LABEL=CLASS each, and `--class` names a class"),
    "label": ("--class", "`class` is a word of Python"),
    "labels": ("--class", "see `label`"),
    "for_data": ("--for", "`for` is a word of Python"),
    "train_start": ("--from", "`from` is a word of Python"),
    "folder": ("--name", "the name alone; `--runs` says where"),
    "show": ("--open", "`open` is a function of Python"),
}

# arguments of functions without an option, and why
CALLBACKS = {"say", "progress", "told"}
PYTHON = {
    ("recipes show", "above"): "the recipes that lead to this one, which a chain of `extends` hands on",
    ("explain", "image_size"): "of a classifier, which only Python has",
    ("gallery", "image_size"): "see `explain`",
    ("explain", "class_names"): "see `image_size`",
    ("serve", "hosts"): "the verb derives them from `--host`",
    ("audit", "seed"): "an audit is repeated as it was, unless somebody wants to see by how much it varies",
}


def _verbs(path: tuple[str, ...], command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if path and (not below or command.invoke_without_command):
        yield " ".join(path), command
    for name, verb in below.items():
        yield from _verbs((*path, name), verb)


VERBS = dict(_verbs((), get_command(app)))


def _function(verb: str) -> str:
    return NAMES[verb][0] if verb in NAMES else verb.replace("-", "_")


def _arguments(function: str) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(getattr(sl, function)).parameters)


def _is_setting(name: str) -> bool:
    """`train_start`: an option that stands for a setting of the recipe, which Python names among `settings`."""
    section, _, key = name.partition("_")
    return section in Recipe.model_fields and key in getattr(Recipe.model_fields[section].annotation, "model_fields", {})


def test_every_verb_is_looked_at() -> None:
    assert len(VERBS) > 20
    assert {"data check", "recipes", "recipes show", "study", "demo"} <= set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_a_function_with_the_same_words(verb: str) -> None:
    function = _function(verb)
    assert function in sl.__all__, f"{verb} has no function"
    arguments = _arguments(function)
    known = {name for name, one in arguments.items() if one.kind is not inspect.Parameter.VAR_KEYWORD}
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in arguments.values()):
        known |= OPEN.get(function, set())
    parameters = {parameter.name for parameter in VERBS[verb].params if parameter.name != "help"}
    lacking = set()
    for name in parameters - set(BESIDE):
        wanted = APART[verb, name][0] if (verb, name) in APART else {name}
        if not wanted <= known and not ("settings" in known and _is_setting(name)):
            lacking |= {name}
    assert lacking == set(), f"`sl.{function}` does not take what `sightline {verb}` takes"


@pytest.mark.parametrize("verb", VERBS)
def test_what_only_the_function_takes_has_a_reason(verb: str) -> None:
    arguments = _arguments(_function(verb))
    named = {name for name, one in arguments.items() if one.kind is not inspect.Parameter.VAR_KEYWORD}
    parameters = {parameter.name for parameter in VERBS[verb].params}
    said = reduce(set.union, (names for (of, _), (names, _) in APART.items() if of == verb), set[str]())
    assert named - parameters - said - CALLBACKS - {name for of, name in PYTHON if of == verb} == set()


@pytest.mark.parametrize("verb", VERBS)
def test_an_option_is_the_word_of_its_argument(verb: str) -> None:
    for parameter in VERBS[verb].params:
        if parameter.param_type_name != "option" or parameter.name in BESIDE or _is_setting(parameter.name):
            continue
        own = f"--{parameter.name.replace('_', '-')}"
        wanted = WORDS[parameter.name][:1] if parameter.name in WORDS else (own, own.removesuffix("s"))  # one of several
        assert parameter.opts[0] in wanted, f"{verb} {parameter.opts[0]}"


def test_which_lists_have_a_name_in_the_singular_stands_in_the_docs() -> None:
    """As docs/python.md says; what is a dictionary or stands apart in Python is no list there."""
    repeated = {(verb, one.name) for verb, command in VERBS.items() for one in command.params if getattr(one, "multiple", False)}
    singular = {name for verb, name in repeated if not name.endswith("s") and (verb, name) not in APART}
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    told = re.search(r"except (`\w+`(?:, `\w+`)* and\s`\w+`), whose lists keep the singular", page)
    assert told
    assert set(re.findall(r"`(\w+)`", told[1])) == singular


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_not_said_means_the_same(verb: str) -> None:
    """Numbers, words and switches; a verb always writes its files, which a function with `out=None` may give back instead."""
    arguments = _arguments(_function(verb))
    told = {parameter.name: parameter.default for parameter in VERBS[verb].params if parameter.name in arguments}
    different = {
        name: (value, arguments[name].default)
        for name, value in told.items()
        if isinstance(value, bool | int | float | str) and arguments[name].default != value
    }
    assert different == {}


def _bounds() -> Iterator[tuple[str, str, float]]:
    """Each verb, its numbers that have bounds, and the first values beyond these."""
    for verb, command in VERBS.items():
        for parameter in command.params:
            holder = getattr(parameter, "type", parameter)  # of older versions of typer
            for bound, sign in ((getattr(holder, "min", None), -1), (getattr(holder, "max", None), 1)):
                if bound is not None and (verb, parameter.name) not in APART:
                    yield verb, parameter.name, bound + sign * (0.01 if isinstance(parameter.default, float) else 1)


@pytest.mark.parametrize(("verb", "name", "value"), _bounds())
def test_numbers_have_the_same_bounds(verb: str, name: str, value: float) -> None:
    """They are checked before all else, so that what else is given does not matter."""
    arguments = _arguments(_function(verb)).values()
    positional = [None for one in arguments if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]
    with pytest.raises(UserError, match=name):
        getattr(sl, _function(verb))(*positional, **{name: value})


def test_no_exception_is_left_over() -> None:
    """What the tables name is there, and every function that they lead to."""
    assert set(NAMES) <= set(VERBS)
    assert all(name in {parameter.name for parameter in VERBS[verb].params} for verb, name in APART)
    assert all(name in _arguments(_function(verb)) for verb, name in PYTHON)
    every = {parameter.name for verb in VERBS.values() for parameter in verb.params}
    assert set(WORDS) | set(BESIDE) <= every
    assert all(name in sl.__all__ for name in FURTHER.values())
