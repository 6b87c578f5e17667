"""What a cell of a table means: numbers, shapes, flags. CSV holds text; JSON Lines may hold lists and booleans as well."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from sightline.errors import UserError

Points = tuple[tuple[float, ...], ...]
YES, NO = {"true", "yes", "1", "1.0", "y", "t"}, {"false", "no", "0", "0.0", "n", "f", ""}
EMPTY = "nan n/a na n.a. <na> #n/a #na nat none null nil \\n (blank) k.a. #ref! #value! #name? #div/0! #null! #num! - -- ."
MISSING = {"", *EMPTY.split()}  # how programs and spreadsheets write "no value"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DEEPEST = 3  # lists within lists: several outlines of corners of two numbers


def missing(cell: Any) -> bool:
    """Nothing is given: no cell, an empty one, or one of the words in which programs write that.

    >>> [missing(cell) for cell in ("", "NaN", " n/a", None, [], "P7", 0)]
    [True, True, True, True, True, False, False]
    """
    if isinstance(cell, str):
        return cell.strip().lower() in MISSING
    return cell is None or cell == [] or (isinstance(cell, float) and math.isnan(cell))


def flag(cell: Any, where: str) -> bool:
    """True or false; an empty cell is false."""
    text = str(cell).strip().lower()
    if text not in YES | NO:
        raise UserError(where, f"{cell!r} is neither true nor false", "Write true, false, or leave it empty.")
    return text in YES


def facts(column: Sequence[Any]) -> list[Any]:
    """The facts in a column of tags: true or false where every cell says yes or no in some way, else numbers or text.

    >>> facts(["1.0", "0.0"]), facts(["yes", "No"]), facts(["1", "2"]), facts(["55", "unknown"])
    ([True, False], [True, False], [1, 2], [55, 'unknown'])
    """
    if all(str(cell).lower() in YES | NO for cell in column):
        return [flag(cell, "") for cell in column]
    return [tag(cell) for cell in column]


def tag(cell: Any) -> Any:
    """A fact about one image: true, false, a number, or text."""
    if not isinstance(cell, str) or not NUMBER.fullmatch(cell):
        return {"true": True, "false": False}.get(cell.lower(), cell) if isinstance(cell, str) else cell
    return int(cell) if re.fullmatch(r"[+-]?\d{1,18}", cell) else float(cell)


def names(cell: Any) -> list[str]:
    """File names, several divided by `;`."""
    parts = cell if isinstance(cell, list) else str(cell).split(";")
    return [str(part).strip() for part in parts if not missing(part)]


def boxes(cell: Any, where: str) -> list[Points]:
    """The boxes of a cell, each as one row (x0, y0, x1, y1).

    Raises:
        UserError: something else than 4 numbers for each.
    """
    found = _shapes(cell, where, lambda count: count == 4)
    for numbers in found:
        if len(numbers) != 4:
            raise UserError(where, f"a box has 4 numbers, not {len(numbers)}", "Write x0 y0 x1 y1; separate several boxes by a semicolon.")
    return [(tuple(numbers),) for numbers in found]


def polygons(cell: Any, where: str) -> list[Points]:
    """The outlines of a cell, each as rows (x, y).

    Raises:
        UserError: something else than x and y of at least 3 points for each.
    """

    def fits(count: int) -> bool:
        return count % 2 == 0 and count >= 6

    found = _shapes(cell, where, fits)
    for numbers in found:
        if not fits(len(numbers)):
            reason = f"a polygon has x and y of at least 3 points, not {len(numbers)} numbers"
            raise UserError(where, reason, "Write x y x y x y ...; separate several polygons by a semicolon.")
    return [tuple(zip(numbers[::2], numbers[1::2], strict=True)) for numbers in found]


def _shapes(cell: Any, where: str, fits: Callable[[int], bool]) -> list[list[float]]:
    """The numbers of each shape: `"1 2 3 4; 5 6 7 8"`, `[1, 2, 3, 4]`, `[[1, 2, 3, 4], ...]`, or corner by corner `[[1, 2], [3, 4]]`.

    Args:
        fits: whether a shape may have so many numbers.
    """
    if not isinstance(cell, list):
        return [shape for part in names(cell) for shape in _written(part, where, fits)]
    if not any(isinstance(part, list) for part in cell) or all(isinstance(part, list) and len(part) == 2 for part in cell):
        cell = [cell]
    return [[number(value, where) for value in _flat(shape, where)] for shape in cell if not missing(shape)]


def _written(text: str, where: str, fits: Callable[[int], bool]) -> list[list[float]]:
    """The numbers of a shape, separated by spaces, by commas or by both; or a list in brackets, as programs print it."""
    if text.startswith(("[", "(")):
        try:
            listed = text.replace("(", "[").replace(")", "]")  # Python's tuples
            return _shapes(json.loads(f"[{listed}]" if text.startswith("(") else listed), where, fits)
        except (ValueError, RecursionError):
            raise UserError(where, f"{_short(text)} is not a list of numbers", "Write numbers separated by spaces.") from None
    words = [word for word in (part.strip(",") for part in text.split()) if word]
    joined = [word for word in words if "," in word]
    if len(words) > 1 and joined:
        # "4,5 6,7" is a list of corners, or of numbers with a decimal comma: where there may be so many numbers, nobody knows
        corners = all(word.count(",") == 1 for word in words)
        if not corners or (fits(len(words)) and not any("." in word for word in words)):
            reason = f"{_short(text)} may hold numbers with a decimal comma, such as {joined[0]!r}"
            raise UserError(where, reason, "Write numbers with a decimal point, separated by spaces: 10.5 20.5.")
    return [[number(value, where) for word in words for value in word.split(",")]]


def _short(cell: Any) -> str:
    return repr(f"{cell[:57]}..." if isinstance(cell, str) and len(cell) > 60 else cell)


def _flat(shape: Any, where: str, depth: int = 0) -> list[Any]:
    if not isinstance(shape, list):
        return [shape]
    if depth > DEEPEST:
        raise UserError(where, f"holds lists within lists, {depth} deep", "Write the numbers of each shape as one list.")
    return [value for part in shape for value in _flat(part, where, depth + 1)]


def number(value: Any, where: str) -> float:
    """A finite number with a decimal point.

    Raises:
        UserError: anything else.
    """
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+,\d+", value.strip()):
        raise UserError(where, f"{value!r} has a decimal comma", "Write it with a decimal point.")
    plain = NUMBER.fullmatch(value.strip()) if isinstance(value, str) else isinstance(value, int | float) and not isinstance(value, bool)
    try:
        parsed = float(value) if plain else math.nan
    except OverflowError:  # a whole number beyond all floats
        parsed = math.inf
    if not math.isfinite(parsed):
        raise UserError(where, f"{_short(value)} is not a number", "Write numbers separated by spaces.")
    return parsed
