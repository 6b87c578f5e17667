"""The table of predictions, written batch by batch and taken up again where it ended, and beside it that of the volumes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from sightline.data.formulas import as_text, from_text
from sightline.data.sets.slices import split_number
from sightline.engine.files import write_json, write_table
from sightline.errors import UserError
from sightline.metrics.scores.pooled import Pool, pooled
from sightline.metrics.scores.thresholds import decided
from sightline.predict.wanted import Wanted
from sightline.results.predictions import Prediction, as_row, columns

DIGITS = 6
AGAIN = "Give another `out=...`, or remove the table and begin again."


class Table:
    """A CSV file that grows.

    Args:
        path: of the file; beside it stands a JSON file that says how the predictions were made.
        classes: in the order of their columns; `sets`: whether there is a column of conformal sets.
        facts: how the predictions are made; a table is taken up again only by the same.
        batch_size: rows that are written at a time; a batch that was cut short is made again, since the numbers of an image may depend in
            the last digits on the batch in which it is computed.
        resume: whether a table that is there is taken up again.

    Raises:
        UserError: a table that is there already, or that was made in another way.
    """

    def __init__(
        self, path: Path, classes: Sequence[str], facts: Mapping[str, Any], batch_size: int, resume: bool, sets: bool = False
    ) -> None:
        self.path, self.classes, self.columns = path, tuple(classes), self.columns_of(classes, sets)
        about = path.with_name(f"{path.name}.json")
        self.done = 0
        if path.exists() and not resume:
            raise UserError(path, "exists already", "Go on with `resume=True`, give another `out=...`, or remove it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._check_same(about, facts)
            self.done = self._cut_back(batch_size)
        else:
            write_json(about, dict(facts))
            path.write_bytes(_line(self.columns))
        self.file: BinaryIO = path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    @staticmethod
    def columns_of(classes: Sequence[str], sets: bool) -> list[str]:
        """The columns of the table."""
        return columns(classes, sets)

    def add(self, batch: Sequence[Prediction]) -> None:
        """Writes the rows of a batch at once."""
        self._write([as_row(one, self.classes) for one in batch])

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.file.write(b"".join(_line([_cell(row[name]) for name in self.columns]) for row in rows))
        self.file.flush()

    def follow(self, pictures: Iterable[Wanted]) -> Iterator[Wanted]:
        """The pictures that are still to be predicted.

        Raises:
            UserError: the pictures that are done already are not those of the table.
        """
        rest = iter(pictures)
        for line, name in enumerate(self._names(), start=2):
            now = next(rest, None)
            if now is None or now.name != name:
                there = "there are fewer pictures now" if now is None else f"now {now.name!r} is in its place"
                raise UserError(f"{self.path} line {line}", f"is about the picture {name!r}, but {there}", AGAIN)
        yield from rest

    def _names(self) -> Iterator[str]:
        """Of the rows that are done."""
        with self.path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            yield from (from_text(row[0]) for row in islice(csv.reader(file), 1, self.done + 1))

    def _check_same(self, about: Path, facts: Mapping[str, Any]) -> None:
        try:
            before = json.loads(about.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UserError(about, "is missing or damaged, so how the table was made is not known", AGAIN) from None
        now = json.loads(json.dumps(dict(facts)))
        if other := [key for key in now if before.get(key) != now[key]]:
            raise UserError(self.path, f"was made in another way ({', '.join(other)})", f"Go on with the same settings. {AGAIN}")

    def _cut_back(self, batch_size: int) -> int:
        """Removes what is not a whole batch from the end of the file, and returns the number of rows that are left."""
        ends = list(_ends(self.path))
        if not ends:
            self.path.write_bytes(_line(self.columns))
            return 0
        rows = (len(ends) - 1) // batch_size * batch_size
        with self.path.open("r+b") as file:
            file.truncate(ends[rows])
        return rows


def _ends(path: Path) -> Iterator[int]:
    """Where the lines of a CSV file end, the line of the header first; a line break within quotes ends none."""
    place, quoted = 0, False
    with path.open("rb") as file:
        for line in file:
            place += len(line)
            quoted ^= line.count(b'"') % 2 == 1
            if not quoted and line.endswith(b"\n"):
                yield place


def _line(cells: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8", "surrogateescape")


def _cell(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.{DIGITS}f}" if isinstance(value, float) else as_text(value)


def write_pooled(table: Path, classes: Sequence[str], how: Pool) -> Path | None:
    """Writes `NAME-volumes.csv`: a row for each volume among the pictures of a table of predictions.

    Its columns are `image` (the volume), `slices` (that could be read), `prediction`, and `p_CLASS`, which are pooled
    from those of the slices. The last of two classes is predicted from the threshold of the slices on, if there is one; otherwise the most
    probable class is.

    Returns:
        The file; None where there are no volumes.
    """
    said: dict[str, list[list[float]]] = {}
    threshold: float | None = None
    with table.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for row in csv.DictReader(file):
            volume, number = split_number(from_text(row["image"]))
            if number is not None and row["prediction"]:
                threshold = float(row["threshold"]) if row["threshold"] else None  # the same in every row
                said.setdefault(volume, []).append([float(row[f"p_{name}"]) for name in classes])
    if not said:
        return None
    rows = []
    for volume, slices in said.items():
        found = pooled(np.array(slices), how)
        named = {f"p_{name}": f"{p:.{DIGITS}f}" for name, p in zip(classes, found.tolist(), strict=True)}
        rows.append({"image": volume, "slices": len(slices), "prediction": classes[int(decided(found, threshold))], **named})
    path = table.with_name(f"{table.stem}-volumes.csv")
    write_table(path, rows, list(rows[0]))
    return path
