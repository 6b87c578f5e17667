"""Objects outlined in a COCO file, drawn when they are needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sightline.data import table_cells
from sightline.data.annotation import Size, polygon_map
from sightline.data.sets.rle import mask_of, runs_of
from sightline.errors import UserError

Bounds = tuple[float, float, float, float]  # x0, y0, x1, y1

# part of every key: raise it when the same outline comes to be drawn differently, so that no cache serves old pixels
_EDITION = 1


@dataclass(frozen=True)
class PolygonsMask:
    """The union of the polygons of one object.

    Attributes:
        where: names the object in messages.
        size: (H, W) of the image.
        polygons: each x, y, x, y, ...
    """

    where: str
    size: Size
    polygons: tuple[tuple[float, ...], ...]

    @property
    def key(self) -> str:
        return _key("polygons", self.size, self.polygons)

    def bounds(self) -> Bounds:
        """The box around all corners."""
        xs, ys = ([value for polygon in self.polygons for value in polygon[start::2]] for start in (0, 1))
        return min(xs), min(ys), max(xs), max(ys)

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255. A piece too thin to hold the centre of a pixel marks the pixels of its corners.

        Raises:
            UserError: the object lies outside the image.
        """
        inside = np.zeros(self.size, bool)
        for polygon in self.polygons:
            corners = tuple(zip(polygon[::2], polygon[1::2], strict=False))
            try:
                inside |= polygon_map(corners, self.size) > 0
            except UserError:
                _mark_pixels(inside, corners)
        if not inside.any():
            height, width = self.size
            reason = f"its outline lies outside the image of {width} x {height} pixels"
            raise UserError(self.where, reason, "Correct the outline, or remove it.")
        return np.where(inside, np.uint8(255), np.uint8(0))


@dataclass(frozen=True)
class RunsMask:
    """A run-length encoded mask, see `rle`.

    Attributes:
        where: names the object in messages.
        size: (H, W).
        counts: the runs, or the text that holds them compressed.
    """

    where: str
    size: Size
    counts: tuple[int, ...] | str

    @property
    def key(self) -> str:
        return _key("runs", self.size, self.counts)

    def bounds(self) -> Bounds | None:
        """The box around the pixels inside; None where there are none.

        Raises:
            UserError: the runs do not cover the image exactly.
        """
        inside = self.draw() > 0
        rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
        return (float(columns[0]), float(rows[0]), columns[-1] + 1.0, rows[-1] + 1.0) if len(rows) else None

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: the runs do not cover the image exactly.
        """
        return mask_of(runs_of(self.counts) if isinstance(self.counts, str) else self.counts, self.size, self.where)


def outline(segmentation: Any, size: Size, where: str) -> PolygonsMask | RunsMask | None:
    """What an annotation's `segmentation` draws: polygons, or runs; None where there is none.

    Polygons are read however they are nested: each a list of x, y, x, y, ..., or of pairs, or one polygon alone without a list around it.

    Args:
        size: (H, W) of the image; runs bring their own.

    Raises:
        UserError: it is neither, or holds something else than numbers.
    """
    if segmentation in (None, [], {}, ""):
        return None
    match segmentation:
        case {"size": [height, width], "counts": counts} | [{"size": [height, width], "counts": counts}]:
            return _runs(counts, (height, width), where)
        case list():
            polygons = [polygon for polygon in _polygons(segmentation, where) if polygon]
            return PolygonsMask(where, size, tuple(polygons)) if polygons else None
    raise UserError(where, "has an outline that is neither polygons nor runs", "Export the annotations again.")


def _runs(counts: Any, size: tuple[Any, Any], where: str) -> RunsMask:
    height, width = (table_cells.number(length, f"{where} size") for length in size)
    if isinstance(counts, str):
        return RunsMask(where, (int(height), int(width)), counts)
    if not isinstance(counts, list):
        raise UserError(where, "has runs that are neither a list nor a text", "Export the annotations again.")
    return RunsMask(where, (int(height), int(width)), tuple(int(table_cells.number(run, f"{where} runs")) for run in counts))


def _polygons(value: list[Any], where: str) -> Iterator[tuple[float, ...]]:
    """The polygons in lists within lists."""
    rows = [row for row in value if isinstance(row, list)]
    if not rows:
        if len(value) % 2:
            reason = f"has an outline of {len(value)} numbers, but x and y come in pairs"
            raise UserError(where, reason, "Export the annotations again.")
        yield tuple(table_cells.number(number, f"{where} outline") for number in value)
    elif len(rows) < len(value):
        raise UserError(where, "has an outline of numbers and lists in one list", "Export the annotations again.")
    elif len(rows) > 2 and all(len(row) == 2 and not any(isinstance(x, list) for x in row) for row in rows):
        yield from _polygons([number for row in rows for number in row], where)
    else:
        for row in rows:
            yield from _polygons(row, where)


def _mark_pixels(inside: np.ndarray, points: tuple[tuple[float, ...], ...]) -> None:
    height, width = inside.shape
    for x, y in np.floor(points).astype(int):
        if 0 <= x < width and 0 <= y < height:
            inside[y, x] = True


def _key(what: str, size: Size, content: object) -> str:
    return f"coco{_EDITION}-{what}-{size[0]}x{size[1]}-{hashlib.sha256(repr(content).encode()).hexdigest()}"
