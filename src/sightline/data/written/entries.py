"""Records as the writers see them: a picture, its size, and its marks as boxes, outlines or pixels."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from sightline.data.annotation import Size, polygon_map, render_each, touching
from sightline.data.images import image_size
from sightline.data.sets.told import facts_of
from sightline.data.sets.walk import some
from sightline.data.written.tracing import traced
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Annotation, Record

Points = tuple[tuple[float, ...], ...]
SOFT = ("gaze", "heatmap")  # kinds of annotation that have no outline
Content = Iterator[tuple[str, bytes | Path]]  # files by their path in the result: what a file holds, or the file to which a link leads


@dataclass(frozen=True)
class Box:
    """(x0, y0, x1, y1), ends exclusive."""

    corners: tuple[float, float, float, float]

    def outlines(self) -> list[Points]:
        x0, y0, x1, y1 = self.corners
        return [((x0, y0), (x1, y0), (x1, y1), (x0, y1))]


@dataclass(frozen=True)
class Outlines:
    """The union of some polygons."""

    polygons: tuple[Points, ...]

    def outlines(self) -> list[Points]:
        return list(self.polygons)


@dataclass(frozen=True, eq=False)
class Pixels:
    """(H, W) bool, at least one of them inside."""

    inside: np.ndarray

    def outlines(self) -> list[Points]:
        return list(traced(self.inside))

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1, ends exclusive."""
        rows, columns = (np.flatnonzero(self.inside.any(axis=axis)) for axis in (1, 0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


Shape = Box | Outlines | Pixels


@dataclass(frozen=True)
class Drawn:
    """What is marked in a picture.

    Attributes:
        size: (H, W) of the picture as the program uses it: upright.
        shapes: the marks that have an outline.
        points: (x, y) where somebody looked, each a pixel's middle.
        facts: see `told.facts_of`.
    """

    size: Size
    shapes: list[Shape]
    points: list[tuple[float, float]]
    facts: dict[str, str | int | float | bool]

    @property
    def nothing(self) -> bool:
        """Whether the expert looked and found nothing to mark."""
        return "nothing" in self.facts


@dataclass(frozen=True)
class Entry:
    """A record whose picture is a file of its own.

    Attributes:
        record: the record.
        path: of the picture.
        name: the path below the folder that holds all pictures; unique.
    """

    record: Record
    path: Path
    name: PurePosixPath

    def drawn(self) -> Drawn:
        """Its marks; not kept, since the masks of a whole data set fill the memory.

        Raises:
            UserError: a picture that cannot be read, or an annotation that cannot be drawn on it.
        """
        size, marks = image_size(self.path), self.record.annotations
        pairs = zip(marks, render_each(marks, size, gaze_blur=1, where=self.record.id), strict=True)
        shapes = [shape for mark, pixels in pairs if pixels is not None and (shape := _shape(mark, pixels, size))]
        nothing = bool(marks) and not shapes and all(mark.kind not in SOFT for mark in marks)
        gaze = [touching(mark.points, size)[:2].T + 0.5 for mark in marks if mark.kind == "gaze"]
        points = [(float(x), float(y)) for samples in gaze for x, y in samples]
        return Drawn(size, shapes, points, facts_of(self.record, nothing))


def _shape(mark: Annotation, drawn: np.ndarray, size: Size) -> Shape | None:
    """What a writer writes of a mark; None where it marks no pixel, or has no outline."""
    if mark.kind in SOFT or not drawn.any():
        return None
    if mark.kind == "box":
        x0, y0, x1, y1 = map(float, mark.points[0])
        return Box((x0, y0, x1, y1))
    if mark.kind == "polygon":
        return Outlines((mark.points,))
    parts = [tuple(zip(one[::2], one[1::2], strict=False)) for one in getattr(mark.source, "polygons", ())]
    if parts and _covers(parts, drawn > 0, size):
        return Outlines(tuple(parts))
    return Pixels(drawn > 0)


def _covers(parts: Sequence[Points], inside: np.ndarray, size: Size) -> bool:
    """Whether the polygons, each by itself, have these pixels: one that is thinner than a pixel has none."""
    try:
        return bool((np.logical_or.reduce([polygon_map(part, size) > 0 for part in parts]) == inside).all())
    except UserError:
        return False


def entries_of(records: Sequence[Record]) -> list[Entry]:
    """The records to write.

    Raises:
        UserError: there are none, or one whose picture is no file of its own; a picture of two records.
    """
    if not records:
        raise UserError("records", "there is no image to write", "Give a data set with images.")
    paths = []
    for record in records:
        if not isinstance(record.image, Path):
            reason = "is no picture in a file of its own (it is drawn, or a slice or frame of a file), which no annotation file can name"
            raise UserError(record.id, reason, "Convert a data set whose images are files.")
        paths.append(Path(os.path.abspath(record.image)))
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise UserError(twice, "is the picture of two records", "Keep one of them.")
    top = Path(os.path.commonpath([path.parent for path in paths]))
    return [Entry(record, path, PurePosixPath(path.relative_to(top).as_posix())) for record, path in zip(records, paths, strict=True)]


def relative(path: Path, folder: Path) -> str:
    """How a file in `folder` names a picture: by the way from there, with slashes; by its full path on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def left_out(entries: Sequence[Entry], with_points: bool) -> list[str]:
    """What the format does not hold, one sentence for each kind.

    Args:
        with_points: it has points, as which gaze is written.
    """
    records = [entry.record for entry in entries]

    def having(kind: str) -> list[str]:
        return [record.id for record in records if any(mark.kind == kind for mark in record.annotations)]

    points = "written as points, without durations, and are no region when they are read again" if with_points else "not written"
    kinds = (
        ("Gaze recordings are " + points, having("gaze")),
        ("Heat maps have no outline and are not written", having("heatmap")),
        ("Places to avoid and further regions are not written", [r.id for r in records if r.avoid or r.regions]),
    )
    return [f"{what}: {count(len(ids), 'image')} ({some(ids)})" for what, ids in kinds if ids]
