"""Gaze recordings of one image, in a file of their own or as a list."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sightline.data.cells import Points, missing, number
from sightline.data.sheet import read_sheet
from sightline.errors import UserError

# Names that eye trackers give to coordinates on the screen (FPOGX, GazePointX) are not among them: those are not yet pixels of the image.
WORDS = ("gaze", "fixation", "fix", "pos", "position", "px", "pixel", "coord", "coordinate")
SPELLINGS: dict[str, tuple[str, ...]] = {
    **{axis: (axis, *(f"{axis}_{word}" for word in WORDS), *(f"{word}_{axis}" for word in WORDS)) for axis in "xy"},
    "duration": ("duration", "dur", "fixation_duration", "fix_duration", "duration_s", "duration_sec", "duration_ms"),
}


def gaze_list(cell: list[Any], where: str) -> Points:
    """Samples written as a list of (x, y) or of (x, y, duration); null stands for a blink.

    Raises:
        UserError: samples of other or of different lengths, or something that is no number.
    """
    rows = [row if isinstance(row, list) else [] for row in cell]
    if len({len(row) for row in rows}) > 1 or any(len(row) not in (2, 3) for row in rows):
        raise UserError(where, "is not a list of [x, y] or of [x, y, duration]", "Give every sample the same 2 or 3 numbers.")
    return tuple(_samples(row, where) for row in rows)


def gaze_file(path: Path) -> tuple[Points, list[str]]:
    """Samples from a table with the columns x, y and, if wanted, duration; empty cells are blinks.

    Returns:
        The samples, and how the file was read, in phrases.

    Raises:
        UserError: no such columns, or a cell that is no number; with the line.
    """
    sheet = read_sheet(path, lambda name: _kind(name) is not None, lenient=True)
    columns = {kind: _column(path, sheet.header, kind) for kind in SPELLINGS}
    if columns["x"] is None or columns["y"] is None:
        found = ", ".join(sheet.header) or "nothing"
        raise UserError(path, f"has no columns x and y, but {found}", "Name them x,y or x,y,duration in the first line.")
    places = [place for place in columns.values() if place is not None]  # of x, y and perhaps duration
    other = [
        f"with {sheet.header[place]!r} as {kind}" for kind, place in columns.items() if place is not None and sheet.header[place] != kind
    ]
    return tuple(_samples([cells[i] for i in places], f"{path} line {line}") for line, cells in sheet.rows), sheet.notes + other


def _kind(name: str) -> str | None:
    """`x`, `y` or `duration`, for "X", "gaze_x", "x [px]" and the like."""
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"[\[(].*[\])]", "", name.lower())).strip("_")
    return next((kind for kind, spellings in SPELLINGS.items() if plain in spellings), None)


def _column(path: Path, header: Sequence[str], kind: str) -> int | None:
    if header.count(kind) == 1:
        return header.index(kind)
    places = [i for i, name in enumerate(header) if _kind(name) == kind]
    if len(places) > 1:
        several = ", ".join(repr(header[i]) for i in places)
        raise UserError(path, f"has several columns that may be {kind}: {several}", f"Call the right one {kind}.")
    return places[0] if places else None


def _samples(values: Sequence[Any], where: str) -> tuple[float, ...]:
    """x, y and perhaps a duration; what is missing is NaN."""
    found = tuple(math.nan if missing(value) else number(value, where) for value in values)
    if found[2:] and found[2] < 0:
        raise UserError(
            where, f"has a duration of {found[2]:g}", "Give the time for which the gaze stayed there; leave it empty for blinks."
        )
    return found
