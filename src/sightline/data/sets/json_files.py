"""JSON files of annotation tools: read whole, or named where they are broken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sightline.data import cells
from sightline.errors import UserError


def load(file: Path) -> Any:
    """What a JSON file holds.

    Raises:
        UserError: it cannot be opened, or is not JSON.
    """
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(file, f"cannot be opened ({error.strerror})", "Make it readable, or move it away.") from None
    except (ValueError, RecursionError) as error:
        raise UserError(file, f"is not JSON ({error})", "Export the annotations again.") from None


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    """The value, which has to be an object of JSON."""
    if not isinstance(value, dict):
        raise UserError(where, f"is {value!r:.40} where names with values are expected", "Export the annotations again.")
    return value


def sequence(value: Any, where: str) -> Sequence[Any]:
    """The value, which has to be a list."""
    if not isinstance(value, list):
        raise UserError(where, f"is {value!r:.40} where a list is expected", "Export the annotations again.")
    return value


def pairs(value: Any, where: str) -> tuple[tuple[float, float], ...]:
    """Points, each a list of x and y."""
    points = [sequence(point, where) for point in sequence(value, where)]
    if any(len(point) != 2 for point in points):
        raise UserError(where, "has a point that is no pair of x and y", "Export the annotations again.")
    return tuple((cells.number(x, where), cells.number(y, where)) for x, y in points)


def size(height: Any, width: Any) -> tuple[int, int] | None:
    """(H, W) as a file declares it; None where it declares none, or zero, as some tools do."""
    try:
        found = (round(float(height)), round(float(width)))
    except (TypeError, ValueError, OverflowError):
        return None
    return found if min(found) > 0 else None
