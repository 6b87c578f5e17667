"""The library speaks Python, the command line speaks its options, and neither says the other's words."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from typer.main import get_command

import sightline
from sightline import cli
from sightline.cli.words import SPAN, in_flags, options
from sightline.explain.figure.kind import Options
from sightline.face.auditing import audit
from sightline.face.data_sets import data
from sightline.face.exporting import export
from sightline.face.predictions import predict
from sightline.face.reviewing import review
from sightline.face.serving import serve
from sightline.face.show import explain
from sightline.face.study import study
from sightline.pseudo.settings import PseudoMasks
from sightline.recipe import Recipe

SOURCE = Path(sightline.__file__).parent
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if "cli" not in path.relative_to(SOURCE).parts]


def _texts(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(place, text, whether it is a docstring) of every string of a file; what an f-string puts in is 0."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        place = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.JoinedStr):
            yield place, "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values), False
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield place, node.value, node in docstrings


TEXTS = [text for path in FILES for text in _texts(path)]
MESSAGES = [(place, found) for place, text, docstring in TEXTS if not docstring for found in SPAN.finditer(text)]


def _verbs(command: Any) -> Iterator[Any]:
    yield command
    for verb in getattr(command, "commands", {}).values():
        yield from _verbs(verb)


def test_no_message_of_the_library_names_an_option_of_the_command_line() -> None:
    parameters = [parameter for verb in _verbs(get_command(cli.app)) for parameter in verb.params]
    flags = {flag for parameter in parameters for flag in [*parameter.opts, *parameter.secondary_opts] if flag.startswith("--")}
    named = re.compile(rf"(?<![\w-])({'|'.join(sorted(flags | {'--help'}))})(?![\w-])")
    assert len(flags) > 30
    assert [f"{place}: {found[0]}" for place, text, _ in TEXTS if (found := named.search(text))] == []
    recipes_and_plans = {path.name: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.yaml")}
    assert len(recipes_and_plans) > 50
    assert [f"{name}: {found[0]}" for name, text in recipes_and_plans.items() if (found := named.search(text))] == []


def test_every_argument_that_a_message_names_exists() -> None:
    packages = [data, audit, explain, export, predict, review, serve, study]  # some names are packages, too
    verbs = [getattr(sightline, name) for name in sightline.__all__] + packages
    known = {name for verb in verbs if inspect.isfunction(verb) for name in inspect.signature(verb).parameters}
    known |= {field.name for field in fields(Options)} | set(PseudoMasks.model_fields)
    named = {found["name"]: place for place, found in MESSAGES if found["name"]}
    assert len(named) > 20
    assert {name: place for name, place in named.items() if name not in known and not _is_setting(name)} == {}


def _is_setting(dotted: str) -> bool:
    model = Recipe
    for key in dotted.split("."):
        if key not in getattr(model, "model_fields", {}):
            return False
        model = model.model_fields[key].annotation
    return "." in dotted


def test_every_call_that_a_message_writes_can_be_made() -> None:
    calls = [found for _, found in MESSAGES if found["verb"]]
    assert calls
    for found in calls:
        call = ast.parse(f"verb({found['arguments']})", mode="eval").body
        verb = getattr(sightline, found["verb"])
        inspect.signature(verb).bind(*call.args, **{keyword.arg: 0 for keyword in call.keywords})
        assert in_flags(found[0]) != found[0], "the command line has it, too"


def test_a_parameter_has_one_option_in_all_verbs() -> None:
    parameters = [parameter for verb in _verbs(get_command(cli.app)) for parameter in verb.params if parameter.name in options()]
    different = [parameter.opts[0] for parameter in parameters if parameter.param_type_name == "option"]
    assert set(different) == set(options().values())
