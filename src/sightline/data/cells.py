"""What a cell of a table means: numbers, shapes, flags. CSV holds text; JSON Lines may hold lists and booleans as well."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

from sightline.errors import UserError

Points = tuple[tuple[float, ...], ...]
YES, NO = {"true", "yes", "1"}, {"false", "no", "0", ""}


def flag(cell: Any, where: str) -> bool:
    """True or false; an empty cell is false."""
    text = str(cell).strip().lower()
    if text not in YES | NO:
        raise UserError(where, f"{cell!r} is neither true nor false", "Write true, false, or leave it empty.")
    return text in YES


def tag(cell: Any) -> Any:
    """A fact about the image: true, false, a number, or text."""
    if not isinstance(cell, str):
        return cell
    if cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def names(cell: Any) -> list[str]:
    """File names, several divided by `;`."""
    parts = cell if isinstance(cell, list) else str(cell).split(";")
    return [str(part).strip() for part in parts if str(part).strip()]


def shapes(cell: Any, where: str) -> list[list[float]]:
    """The numbers of each shape: `"1 2 3 4; 5 6 7 8"`, `[1, 2, 3, 4]`, `[[1, 2, 3, 4], ...]`, or corner by corner `[[1, 2], [3, 4]]`.

    >>> shapes("1 2 3 4; 5 6 7 8", "")
    [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]
    >>> shapes([[1, 2], [3, 4]], "")
    [[1.0, 2.0, 3.0, 4.0]]
    """
    if not isinstance(cell, list):
        cell = [re.split(r"[\s,]+", part) for part in names(cell)]
    elif not any(isinstance(part, list) for part in cell) or all(isinstance(part, list) and len(part) == 2 for part in cell):
        cell = [cell]
    return [[number(value, where) for value in _flat(shape)] for shape in cell]


def _flat(shape: Any) -> list[Any]:
    if not isinstance(shape, list):
        return [shape]
    return [value for part in shape for value in _flat(part)]


def number(value: Any, where: str) -> float:
    """A finite number."""
    try:
        parsed = float(value)
    except (TypeError, ValueError):
        parsed = math.nan
    if not math.isfinite(parsed):
        raise UserError(where, f"{value!r} is not a number", "Write numbers divided by spaces.")
    return parsed


def box(numbers: list[float], where: str) -> Points:
    if len(numbers) != 4:
        raise UserError(where, f"a box has 4 numbers, not {len(numbers)}", "Write x0 y0 x1 y1; divide several boxes by a semicolon.")
    return (tuple(numbers),)


def polygon(numbers: list[float], where: str) -> Points:
    if len(numbers) % 2 or len(numbers) < 6:
        reason = f"a polygon has x and y of at least 3 points, not {len(numbers)} numbers"
        raise UserError(where, reason, "Write x y x y x y ...; divide several polygons by a semicolon.")
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def gaze_list(cell: list[Any], where: str) -> Points:
    """Samples written as a list of (x, y) or of (x, y, duration); null stands for a blink."""
    rows = [row if isinstance(row, list) else [] for row in cell]
    if len({len(row) for row in rows}) > 1 or any(len(row) not in (2, 3) for row in rows):
        raise UserError(where, "is not a list of [x, y] or of [x, y, duration]", "Give every sample the same 2 or 3 numbers.")
    return tuple(tuple(_sample(value, where) for value in row) for row in rows)


def gaze_file(path: Path) -> Points:
    """Samples from a CSV file with the columns x, y and, if wanted, duration; empty cells are blinks."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        columns = [name for name in ("x", "y", "duration") if name in (reader.fieldnames or ())]
        if columns[:2] != ["x", "y"]:
            found = ", ".join(reader.fieldnames or ()) or "nothing"
            raise UserError(path, f"has no columns x and y, but {found}", "Name them x,y or x,y,duration in the first line.")
        return tuple(tuple(_sample(row[name], f"{path} line {reader.line_num}") for name in columns) for row in reader)


def _sample(value: Any, where: str) -> float:
    return math.nan if value in (None, "", "nan", "NaN") else number(value, where)
