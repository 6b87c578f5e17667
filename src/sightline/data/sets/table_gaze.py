"""The gaze of a table's rows: a list in the cell, a file of each image, or one file of all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sightline.data import table_cells
from sightline.data.gaze import Recording, gaze_file, gaze_list
from sightline.data.sets.table_files import Files, posix
from sightline.errors import UserError
from sightline.types import Annotation

ENDING = re.compile(r"\.[a-z]\w{1,4}$")
LOST = 0.02  # of the samples that lie exactly in the corner, which hardly any does that was looked at
Index = dict[str, list[str]]
"""A name without folders and ending -> how a file writes the images that are called so."""


class Gazes:
    """Reads the gaze of one row after the other. A file that several rows name has to say of which image each sample is.

    Args:
        files: finds the files.
        rows: all rows of the table.
    """

    def __init__(self, files: Files, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        self.files = files
        self._named = Counter(_normal(name) for _, row in rows for name in _files_in(row.get("gaze", "")))
        self._shared: dict[Path, tuple[Recording, Index]] = {}
        self._phrases, self._columns = Counter[str](), Counter[str]()
        self._owners: dict[tuple[Path, str], int] = {}  # (file, what it calls an image) -> line of the row whose image that is
        self._samples = self._zeros = 0
        self._left: dict[Path, int] = {}  # file of several images -> its samples that no row has taken

    def marks(self, row: Mapping[str, Any], line: int) -> list[Annotation]:
        """The gaze of a row.

        Raises:
            UserError: a list or a file that cannot be read, or a file of several images that does not say which samples are this one's.
        """
        cell = row.get("gaze", "")
        if isinstance(cell, list) and not all(isinstance(part, str) for part in cell):
            return [Annotation("gaze", points=gaze_list(cell, f"{self.files.table} line {line} gaze"))]
        found = [(name, self.files.find(name, "gaze", line)) for name in table_cells.names(cell)]
        marks = [Annotation("gaze", points=self._points(path, name, row, line)) for name, path in found if path]
        points = [point[:2] for mark in marks for point in mark.points]
        self._samples += len(points)
        self._zeros += points.count((0.0, 0.0))
        return marks

    def notes(self) -> list[str]:
        """How the files were read, in sentences."""
        files = {phrase: "file" if count == 1 else "files" for phrase, count in self._phrases.items()}
        notes = [f"gaze: {count} {files[phrase]} {phrase}" for phrase, count in self._phrases.items()]
        for column, count in self._columns.items():
            notes.append(f"gaze: {count} images share a file; each gets its own samples by the column {column!r} of the file")
        if self._zeros > LOST * self._samples:
            share = self._zeros / self._samples
            notes.append(f"gaze: {share:.0%} of the samples are exactly 0 0, as some trackers write lost ones; if so, leave these out")
        left = sum(self._left.values())
        return notes + [f"gaze: {left} samples of these files belong to no image of the table"] * bool(left)

    def _points(self, path: Path, name: str, row: Mapping[str, Any], line: int) -> table_cells.Points:
        rows = self._named[_normal(name)]
        recording, index = self._read(path, keep=rows > 1)
        mine = _mine(index, row)
        if rows == 1 and len(recording.images) <= 1:
            if recording.images and not mine:
                self._phrases[f"whose column {recording.column!r} names the image differently than the table"] += 1
            return recording.points
        where = f"{self.files.table} line {line} gaze"
        if not recording.images:
            reason = f"names the file {name}, as {rows - 1} more rows do; it does not say to which image each sample belongs"
            raise UserError(where, reason, "Give each image a file of its own, or the file a column image.")
        if not mine:
            some = ", ".join(map(repr, list(recording.images)[:3])) + (", ..." if len(recording.images) > 3 else "")
            reason = f"names the file {name}, in which no sample belongs to this image: its column {recording.column!r} says {some}"
            raise UserError(where, reason, "Write the image there as in the table, or clear the cell if nobody looked at it.")
        for image in mine:
            if (first := self._owners.setdefault((path, image), line)) != line:
                reason = f"names the file {name}, whose {image!r} may be this image as well as that of line {first}"
                raise UserError(where, reason, f"Write the images in its column {recording.column!r} with their folders, as in the table.")
        points = tuple(point for image in mine for point in recording.images[image])
        self._columns[str(recording.column)] += 1
        self._left[path] = self._left.get(path, len(recording.points)) - len(points)
        return points

    def _read(self, path: Path, keep: bool) -> tuple[Recording, Index]:
        if path in self._shared:
            return self._shared[path]
        recording = gaze_file(path)
        self._phrases.update(recording.notes)
        index: Index = {}
        for image in recording.images:
            index.setdefault(_parts(image)[-1], []).append(image)
        if keep:
            self._shared[path] = recording, index
        return recording, index


def _files_in(cell: Any) -> list[str]:
    return table_cells.names(cell) if not isinstance(cell, list) or all(isinstance(part, str) for part in cell) else []


def _normal(name: str) -> str:
    return str(PurePosixPath(posix(name)))


def _mine(index: Index, row: Mapping[str, Any]) -> list[str]:
    """What a file calls this row's image: its id, or its path, name or name without ending."""
    image, own = _parts(str(row["image"])), str(row.get("id", row["image"]))
    called = [*index.get(image[-1], []), *index.get(_parts(own)[-1], [])]
    return [name for name in dict.fromkeys(called) if name == own or _same(_parts(name), image)]


def _same(some: list[str], others: list[str]) -> bool:
    """Whether two paths end alike, as far as both say."""
    length = min(len(some), len(others))
    return length > 0 and some[-length:] == others[-length:]


def _parts(name: str) -> list[str]:
    """The folders and the name without its ending, whatever their case."""
    return ENDING.sub("", posix(name).casefold()).strip("/").split("/")
