"""The units of a table's coordinates: pixels of the original image, or shares or percents of its sides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Literal

from sightline.data.images import image_size
from sightline.errors import UserError
from sightline.types import Annotation, Record

Unit = Literal["pixels", "share", "percent"]
Column = Literal["box", "polygon", "gaze", "avoid_box"]
WHOLE: dict[str, float] = {"share": 1, "percent": 100}
COLUMNS: tuple[Column, ...] = ("box", "polygon", "gaze", "avoid_box")
BEYOND = 0.5  # of a side: so far shares may lie outside the image
GAZE_ON_SCREEN = 0.9  # of the samples of a gaze: the rest may lie anywhere outside
ENOUGH, SIZED = 10, 200  # marks before it is said that all lie in one corner; images whose sizes are read for it

Found = tuple[int, Record, Annotation]  # line, record, mark


def in_pixels(
    records: Sequence[Record], lines: Sequence[int], table: Path, units: Unit | Mapping[Column, Unit]
) -> tuple[list[Record], list[str]]:
    """The records with their coordinates in pixels, and what is to be said about that.

    Args:
        lines: of the records in the table.
        units: of all columns, or column -> units; columns that are not named hold pixels.

    Raises:
        UserError: coordinates that cannot be of these units.
    """
    unit_of: dict[Column, Unit] = {c: units.get(c, "pixels") if isinstance(units, Mapping) else units for c in COLUMNS}
    notes = []
    for column in COLUMNS:
        marks = [found for line, record in zip(lines, records, strict=True) for found in _marks(line, record, column)]
        if not marks:
            continue
        if unit_of[column] == "pixels":
            _refuse_shares(marks, table, column)
            notes += _all_in_one_corner(marks, column)
        else:
            _refuse_other_units(marks, table, column, unit_of[column])
            notes.append(f"{column}: {unit_of[column]} of the image's sides, turned into pixels")
    if any(unit != "pixels" for unit in unit_of.values()):
        return [_scaled(record, {c: WHOLE[u] for c, u in unit_of.items() if u != "pixels"}) for record in records], notes
    return list(records), notes


def _marks(line: int, record: Record, column: Column) -> Iterator[Found]:
    marks = record.avoid if column == "avoid_box" else record.annotations
    return ((line, record, mark) for mark in marks if mark.kind == column.removeprefix("avoid_"))


def like_shares(marks: Sequence[Found]) -> list[Found]:
    """The marks of a column within 0..1, where these cannot be meant as pixels.

    One box of 0 0 1 1 is the first pixel, but where all marks are like this, or where one has decimal places, they are shares.
    """
    within = [found for found in marks if _within(found[2], 1)]
    shares = len(within) == len(marks) or any(map(_broken, within))
    return within if shares and _larger_than_two_pixels(within) else []


def _broken(found: Found) -> bool:
    """Whether a coordinate has decimal places."""
    return any(value % 1 for value in _values(found[2]))


def _refuse_shares(marks: Sequence[Found], table: Path, column: Column) -> None:
    """Raises where coordinates lie within 0..1 that cannot be meant as pixels."""
    within = like_shares(marks)
    if not within:
        return
    line, _, mark = next(filter(_broken, within), within[0])
    extent = "all coordinates lie" if len(within) == len(marks) else f"{len(within)} of {len(marks)} entries have coordinates"
    reason = f"holds {brief(mark)}: {extent} within 0..1, so these look like shares of the image's sides"
    if len(within) < len(marks):
        remedy = "Write all of them in pixels of the original image, or all as shares, with `data.options={units: share}`."
    else:
        remedy = f"If so: `data.options={{units: share}}`, or {{units: {{{column}: share}}}} for this column alone."
    raise UserError(f"{table} line {line} {column}", reason, remedy)


def _refuse_other_units(marks: Sequence[Found], table: Path, column: Column, unit: Unit) -> None:
    whole = WHOLE[unit]
    for line, _, mark in marks:
        if _values(mark) and not _within(mark, whole):
            remedy = "Leave data.options.units out if these are pixels, or name the columns: {units: {gaze: share}}."
            raise UserError(f"{table} line {line} {column}", f"holds {brief(mark)}, which is no {unit} of the image's sides", remedy)
    if unit == "percent" and all(_within(found[2], 1) for found in marks):
        line, _, mark = marks[0]
        reason = f"holds {brief(mark)}: all coordinates lie within 0..1, so these look like shares, not percents"
        raise UserError(f"{table} line {line} {column}", reason, "If so: `data.options={units: share}`.")


def _all_in_one_corner(marks: Sequence[Found], column: Column) -> list[str]:
    """A note where nothing is marked beyond the upper left quarter of any image: the coordinates may be percents, or of smaller copies."""
    if len(marks) < ENOUGH:
        return []
    far = [0.0, 0.0]
    for _, record, mark in islice(marks, SIZED):
        size = _size(record)
        for axis in (0, 1):
            values = [v for row in mark.points for v in row[: 2 if column == "gaze" else None][axis::2] if math.isfinite(v)]
            far[axis] = max(far[axis], max(values, default=0) / size[axis]) if size else 1
    if max(far) > 0.5:
        return []
    return [
        f"{column}: nothing reaches beyond the upper left quarter of its image; are these pixels of the original images? "
        "Percents are read with data.options={units: percent}"
    ]


def _within(mark: Annotation, whole: float) -> bool:
    """Whether the coordinates are such as shares have, where `whole` is the image's side. Without any: no."""
    values = _values(mark)
    inside = sum(-BEYOND * whole <= value <= (1 + BEYOND) * whole for value in values)
    return bool(values) and inside >= (GAZE_ON_SCREEN if mark.kind == "gaze" else 1) * len(values)


def _values(mark: Annotation) -> list[float]:
    """The coordinates that are defined; samples at (0, 0), which trackers write when they lose the eye, are passed over."""
    if mark.kind != "gaze":
        return [value for row in mark.points for value in row]
    return [value for row in mark.points if any(row[:2]) and all(map(math.isfinite, row[:2])) for value in row[:2]]


def _larger_than_two_pixels(marks: Iterable[Found]) -> bool:
    sizes = (_size(record) for _, record, _ in islice(marks, SIZED))
    return next((max(size) > 2 for size in sizes if size), True)


def _size(record: Record) -> tuple[int, int] | None:
    """(W, H) of the image; None of one that cannot be read, which is found and named when all images are looked through."""
    try:
        height, width = image_size(record.image)
    except UserError:
        return None
    return width, height


def _scaled(record: Record, whole: Mapping[Column, float]) -> Record:
    size = _size(record) if record.annotations or record.avoid else None
    if size is None:
        return record

    def moved(mark: Annotation, column: str) -> Annotation:
        side = next((side for name, side in whole.items() if name == column), None)
        if side is None:
            return mark
        scale = [length / side for length in size]
        rows = [[v * scale[i % 2] if i < 2 or mark.kind == "box" else v for i, v in enumerate(row)] for row in mark.points]
        return replace(mark, points=tuple(map(tuple, rows)), size=size[::-1])  # on a picture that is turned later they would be wrong

    annotations = tuple(moved(mark, mark.kind) for mark in record.annotations)
    return replace(record, annotations=annotations, avoid=tuple(moved(mark, f"avoid_{mark.kind}") for mark in record.avoid))


def brief(mark: Annotation) -> str:
    """The first coordinates of a mark."""
    return " ".join(f"{value:g}" for row in mark.points[:2] for value in row) + (" ..." if len(mark.points) > 2 else "")
