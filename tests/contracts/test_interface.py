"""The options of every plug-in, with defaults and bounds, and what it says of itself: people's recipes rest on them.

They are kept apart as data in `interface.yaml`, so that none changes unnoticed. A change that is meant, and a plug-in that is to be kept,
are written there by `python tests/contracts/test_interface.py`; a change is told in CHANGELOG.md.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

from sightline import catalog
from sightline.yaml_text import dump, parse

PAGE = Path(__file__).with_name("interface.yaml")
PROSE = ("words", "formula", "shown", "title", "model_config")
ROOMS = [room for room in catalog.PLACES if room != "data"]  # the options of readers are many, and tested with each


def interface(plugin: Any) -> dict[str, Any]:
    """Options and flags, in plain values."""
    found: dict[str, Any] = {name: option(parameter) for name, parameter in catalog.options_of(plugin).items()}
    if isinstance(plugin, type):
        found |= {f"{name} of the class": plain(value) for name, value in flags(plugin).items()}
        leading = inspect.signature(plugin).parameters.values()
        found |= {p.name: f"default {p.default!r}" for p in leading if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty}
    return found


def option(parameter: inspect.Parameter) -> str:
    """Default and bounds."""
    try:
        schema = TypeAdapter(parameter.annotation).json_schema()
    except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
        schema = {}
    return f"default {parameter.default!r}; {sorted(bounds(schema))}"


def bounds(schema: Any, at: str = "") -> list[str]:
    """Every limit and every list of values in a schema, with its place."""
    if isinstance(schema, dict):
        return [line for key, value in schema.items() if key not in ("title", "description") for line in bounds(value, f"{at}/{key}")]
    if isinstance(schema, list):
        return [line for i, value in enumerate(schema) for line in bounds(value, f"{at}/{i}")]
    number = isinstance(schema, int | float) and not isinstance(schema, bool)
    return [f"{at[1:]} {float(schema):g}" if number else f"{at[1:]} {schema}"]


def flags(plugin: type) -> dict[str, Any]:
    """What the class and its parents among ours say of it, prose left out."""
    kinds = [kind for kind in plugin.__mro__ if kind.__module__.startswith("sightline.")]
    names = {name for kind in kinds for name, how in vars(kind).get("__annotations__", {}).items() if "ClassVar" in str(how)}
    return {
        name: getattr(plugin, name) for name in sorted(names - {*PROSE}) if hasattr(plugin, name) and not callable(getattr(plugin, name))
    }


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def every() -> dict[str, Any]:
    return {f"{room}: {name}": interface(catalog.find(room, name)) for room in ROOMS for name in catalog.PLACES[room]}


@pytest.mark.parametrize("room", ROOMS)
def test_options_are_what_they_were(room: str) -> None:
    kept = {name: value for name, value in parse(PAGE.read_text(encoding="utf-8"), str(PAGE)).items() if name.startswith(f"{room}: ")}
    today = every()
    assert {name: today.get(name) for name in kept} == kept


if __name__ == "__main__":
    PAGE.write_text(dump(every()), encoding="utf-8")
