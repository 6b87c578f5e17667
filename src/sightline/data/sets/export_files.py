"""JSON and XML files of annotation tools: read whole, or named where they are broken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sightline.data import table_cells
from sightline.errors import UserError


def load_json(file: Path) -> Any:
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
        raise UserError(where, "has a point that is not a pair of x and y", "Export the annotations again.")
    return tuple((table_cells.number(x, where), table_cells.number(y, where)) for x, y in points)


def size(height: Any, width: Any) -> tuple[int, int] | None:
    """(H, W) as a file declares it; None where it declares none, or zero, as some tools do."""
    try:
        found = (round(float(height)), round(float(width)))
    except (TypeError, ValueError, OverflowError):
        return None
    return found if min(found) > 0 else None


def load_xml(file: Path) -> Element:
    """The root of an XML file.

    Entities of the file's own are refused, since a few lines of them unfold to gigabytes; annotation tools write none.

    Raises:
        UserError: it cannot be opened, is not XML, or defines entities.
    """
    try:
        content = file.read_bytes()
        if b"<!entity" in content.replace(b"\0", b"").lower():  # without the zeros of UTF-16
            raise UserError(file, "defines entities of its own", "Export the annotations again, from a tool that you trust.")
        return ElementTree.fromstring(content)
    except OSError as error:
        raise UserError(file, f"cannot be opened ({error.strerror})", "Make it readable, or move it away.") from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the latter two: an encoding that is not known
        raise UserError(file, f"is not XML ({error})", "Export the annotations again.") from None
