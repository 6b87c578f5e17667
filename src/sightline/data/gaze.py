"""Gaze recordings of one image, in a file of their own or as a list."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sightline.data.sheet import Sheet, read_sheet
from sightline.data.table_cells import Points, missing, number
from sightline.errors import UserError

# Names that eye trackers give to coordinates on the screen (FPOGX, GazePointX) are not among them: those are not yet pixels of the image.
WORDS = ("gaze", "fixation", "fix", "pos", "position", "px", "pixel", "coord", "coordinate")
LENGTHS = "duration dur fixation_duration fix_duration gaze_duration event_duration gaze_event_duration dwell dwell_time viewing_time"
BEGINNINGS = "start start_time start_timestamp time_start t_start fixation_start fix_start onset begin"
ENDINGS = "end end_time end_timestamp time_end t_end fixation_end fix_end offset stop"
VALIDITIES = "validity valid is_valid gaze_valid gaze_validity validity_left validity_right left_validity right_validity"
IMAGES = "image image_name image_file image_path image_id filename file_name picture img stimulus stimulus_name dicom_id"
SPELLINGS: dict[str, tuple[str, ...]] = {
    **{axis: (axis, *(f"{axis}_{word}" for word in WORDS), *(f"{word}_{axis}" for word in WORDS)) for axis in "xy"},
    "duration": tuple(LENGTHS.split()),
    "start": tuple(BEGINNINGS.split()),
    "end": tuple(ENDINGS.split()),
    "validity": tuple(VALIDITIES.split()),
    "image": tuple(IMAGES.split()),
}
TIMES = ("duration", "start", "end")
UNIT = re.compile(r"_(ms|msec|millisec|milliseconds?|s|secs?|seconds?|us|microseconds?)$")
VALID, INVALID = {"1", "1.0", "true", "valid", "yes", "y"}, {"0", "0.0", "false", "invalid", "no", "n"}


@dataclass(frozen=True)
class Recording:
    """The samples of a gaze file.

    Attributes:
        points: x, y and perhaps a duration of each.
        notes: how the file was read, in phrases.
        column: the one that says of which image each sample is; None: there is none, or it is empty.
        images: what that column says -> the samples of that image.
    """

    points: Points
    notes: list[str]
    column: str | None = None
    images: Mapping[str, Points] = field(default_factory=dict)


def gaze_list(cell: list[Any], where: str) -> Points:
    """Samples written as a list of (x, y) or of (x, y, duration); null stands for a blink.

    Raises:
        UserError: samples of other or of different lengths, or something that is no number.
    """
    rows = [row if isinstance(row, list) else [] for row in cell]
    if len({len(row) for row in rows}) > 1 or any(len(row) not in (2, 3) for row in rows):
        raise UserError(where, "is not a list of [x, y] or of [x, y, duration]", "Give every sample the same 2 or 3 numbers.")
    return tuple(_samples(row, where) for row in rows)


def gaze_file(path: Path) -> Recording:
    """Samples from a table with the columns x, y and, if wanted, duration (or start and end) and validity; empty cells are blinks.

    Samples that are said to be invalid are left out.

    Raises:
        UserError: no such columns, a cell that is no number, or a validity that cannot be understood; with the line.
    """
    sheet = read_sheet(path, lambda name: _kind(name) is not None, lenient=True)
    places = _places(path, sheet.header)
    if not {"x", "y"} <= places.keys():
        found = ", ".join(sheet.header) or "nothing"
        raise UserError(path, f"has no columns x and y, but {found}", "Name them x,y or x,y,duration in the first line.")
    notes = [*sheet.notes, *_said(sheet.header, places)]
    rows = sheet.rows
    if "validity" in places:
        rows = _valid(path, sheet, places["validity"])
        notes += ["without the samples that are not valid"] * (len(rows) < len(sheet.rows))
    points = tuple(_samples(_values(cells, places, f"{path} line {line}"), f"{path} line {line}") for line, cells in rows)
    images: dict[str, list[tuple[float, ...]]] = {}
    for (_, cells), point in zip(rows, points, strict=True):
        if "image" in places and not missing(cells[places["image"]]):
            images.setdefault(cells[places["image"]], []).append(point)
    column = sheet.header[places["image"]] if images else None
    return Recording(points, notes, column, {image: tuple(some) for image, some in images.items()})


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    """What is read -> the place of its column. Of a duration, or else of start and end, the time of a sample is known."""
    found = {kind: _column(path, header, kind) for kind in ("x", "y", "duration", "validity")}
    if found["duration"] is None:
        bounds = {kind: _column(path, header, kind) for kind in ("start", "end")}
        found |= bounds if None not in bounds.values() else {}
    plain = [_plain(name) for name in header]
    found["image"] = next((plain.index(name) for name in SPELLINGS["image"] if name in plain), None)
    return {kind: place for kind, place in found.items() if place is not None}


def _said(header: Sequence[str], places: dict[str, int]) -> list[str]:
    """Phrases on the columns that are called otherwise, and on those that nothing reads."""
    phrases = [
        f"with {header[places[kind]]!r} as {kind}" for kind in ("x", "y", "duration") if kind in places and header[places[kind]] != kind
    ]
    if "start" in places:
        phrases.append(f"with the time from {header[places['start']]!r} to {header[places['end']]!r} as duration")
    unread = [repr(name) for i, name in enumerate(header) if i not in places.values()]
    return phrases + [f"with further columns, which are not used: {', '.join(unread)}"] * bool(unread)


def _valid(path: Path, sheet: Sheet, place: int) -> list[tuple[int, list[str]]]:
    """The rows of the samples that are valid.

    Raises:
        UserError: codes of which trackers mean different things, or no valid sample at all.
    """
    name = sheet.header[place]
    for line, cells in sheet.rows:
        if not missing(cells[place]) and cells[place].lower() not in VALID | INVALID:
            reason = f"has the {name} {cells[place]!r}, which is neither 1 (valid) nor 0"
            raise UserError(f"{path} line {line}", reason, f"Leave out the samples that are not valid, and the column {name!r}.")
    kept = [row for row in sheet.rows if row[1][place].lower() in VALID]
    if sheet.rows and not kept:
        remedy = f"Leave the file out, or if 0 stands for valid samples, the column {name!r}."
        raise UserError(path, f"has no valid sample: none says 1 in its column {name!r}", remedy)
    return kept


def _values(cells: Sequence[str], places: dict[str, int], where: str) -> list[Any]:
    """x, y and perhaps the duration of a sample, as they are written; a time between start and end is reckoned."""
    values: list[Any] = [cells[places[kind]] for kind in ("x", "y", "duration") if kind in places]
    if "start" in places:
        start, end = (cells[places[kind]] for kind in ("start", "end"))
        values.append("" if missing(start) or missing(end) else number(end, where) - number(start, where))
    return values


def _kind(name: str) -> str | None:
    """`x`, `y`, `duration` and so on, for "X", "gaze_x", "x [px]", "Dwell time (ms)" and the like."""
    plain = _plain(name)
    found = next((kind for kind, spellings in SPELLINGS.items() if plain in spellings), None)
    timed = UNIT.sub("", plain)
    return found or next((kind for kind in TIMES if timed in SPELLINGS[kind]), None)


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"[\[(].*[\])]", "", name))  # DwellTime
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


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
