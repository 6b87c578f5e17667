"""Settings laid over settings: dotted keys from the command line, and one recipe over another."""

from __future__ import annotations

import copy
from typing import Any

from sightline.errors import UserError, nearest
from sightline.yaml_text import parse

PLUGINS = ("attention", "weighting", "classification")  # sections whose settings are those of what they name


def override(tree: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """A copy of `tree` with dotted keys set: `{"losses.guidance.0.weight": 2}`. Numbers step into lists; what a stage sets has dotted keys
    of its own: `{"stages.1.set.train.epochs": 2}`. Neither the tree nor the settings are changed.

    Raises:
        UserError: a key that leads nowhere.
    """
    tree = copy.deepcopy(tree)
    for dotted, value in copy.deepcopy(settings).items():  # a later key may step into the value of an earlier one
        node: Any = tree
        *path, last = _keys(dotted)
        for part in path:
            node = _step(node, part, dotted)
            if node is None:
                raise UserError(dotted, f"{part!r} is not set, so nothing lies below it", "Set it whole.")
        if isinstance(node, list):
            _step(node, last, dotted)
            node[int(last)] = value
        elif isinstance(node, dict):
            node[last] = value
        else:
            raise UserError(dotted, f"nothing lies below {path[-1]!r}", "Set the value above it.")
    return tree


def _keys(dotted: str) -> list[str]:
    parts = dotted.split(".")
    return [*parts[:3], ".".join(parts[3:])] if parts[0] == "stages" and parts[2:3] == ["set"] and parts[3:] else parts


def _step(node: Any, part: str, dotted: str) -> Any:
    if isinstance(node, list):
        if not (part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(node)):
            raise UserError(dotted, f"{part!r} is not an entry of a list of {len(node)}", "Count from 0.")
        return node[int(part)]
    if not isinstance(node, dict) or part not in node:
        raise UserError(dotted, f"unknown setting {part!r}", nearest(part, node if isinstance(node, dict) else []))
    return node[part]


def parse_settings(pairs: list[str]) -> dict[str, Any]:
    """`["train.epochs=3"]` -> `{"train.epochs": 3}`; values are YAML.

    Raises:
        UserError: a pair that is not of this form, a value that is no YAML, a setting that is given twice.
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UserError(_shown(pair), "is not of the form key=value", "Write for example `train.epochs=3`.")
        if key in settings:
            raise UserError(_shown(key), "is given twice", "Keep one of them.")
        settings[key] = parse(value, _shown(pair))
    return settings


def _shown(text: str) -> str:
    return text if len(text) <= 80 else text[:80] + "..."


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, section by section; lists are replaced whole.

    A plug-in of another name is replaced whole as well, since its options are its own; of another data set so are task and reader options.

    >>> merged({"a": {"b": 1, "c": 2}, "weighting": {"name": "x", "e": 3}}, {"a": {"c": 4}, "weighting": {"name": "y"}})
    {'a': {'b': 1, 'c': 4}, 'weighting': {'name': 'y'}}
    """
    result = dict(below)
    for key, value in above.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            renamed = value.get("name", under.get("name")) != under.get("name")
            if renamed and key == "data":
                under = under | {"task": None, "options": {}}
            if not (renamed and key in PLUGINS):
                value = merged(under, value)
        result[key] = value
    return result
