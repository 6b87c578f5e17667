"""What annotation tools note of an object beside its name, and which of it may be the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sightline.data.sets.walk import some
from sightline.errors import UserError

OF_THE_TOOL = {"occluded", "rotation", "track_id", "keyframe", "outside", "truncated"}


def attribute_of(given: Any, name: str, where: str) -> str:
    """The value of an attribute of an object.

    Raises:
        UserError: it has none.
    """
    value = given.get(name) if isinstance(given, Mapping) else None
    if value is None or isinstance(value, list | dict) or not str(value).strip():
        there = f"It has {some(sorted(given))}." if isinstance(given, Mapping) and given else "It has no attributes."
        raise UserError(where, f"has no value for the attribute {name!r}", f"{there} Give it one, or remove the object.")
    return str(value).strip()


def unused_attributes(categories: Sequence[str], given: Sequence[Any]) -> list[str]:
    """What is said of attributes that differ between objects, where the categories do not."""
    if len(set(categories)) != 1:
        return []
    values: dict[str, set[str]] = {}
    for one in given:
        for name, value in one.items() if isinstance(one, Mapping) else ():
            values.setdefault(str(name), set()).add(str(value))
    told = {name: f"{name} ({some(sorted(found))})" for name, found in values.items() if len(found) > 1 and name not in OF_THE_TOOL}
    named = f"All objects are called {categories[0]}, but differ in {some(told.values())}"
    return [f"{named}: data.options={{attribute: {next(iter(told))}}} takes it for the label"] if told else []
