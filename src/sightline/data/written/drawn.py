"""A drawn data set as the files of somebody who has collected images: pictures, masks, gaze recordings, and tables that name them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from sightline.data.artefacts import artefact_of
from sightline.types import Annotation, Drawable, Record

MAIN = "table"  # the table of the images to train with; each further test set has a table of its own, as if it came from elsewhere
_OURS = ("train", "val", "test")
_FIRST_TEST = "matched"  # the test set that is as the training images are
_LEADING = ("image", "id", "label", "group", "split")


def tables_of(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Name of a table -> its images: `table` has those of `train`, `val` and `test` (or `matched`), every other test set has its own."""
    tables: dict[str, list[Record]] = {MAIN: []}
    for record in records:
        name = MAIN if record.split in (*_OURS, _FIRST_TEST) else str(record.split)
        tables.setdefault(name, []).append(record)
    return tables


def split_in_table(record: Record) -> str:
    """What the column `split` says of a drawn image: every test set is the `test` of its table."""
    return record.split if record.split in _OURS else "test"


def content(
    records: Sequence[Record], *, grey: bool = False, progress: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[tuple[str, bytes]]:
    """(path, what the file holds) of every file; pictures are drawn one by one.

    Args:
        grey: the pictures are files of one channel.
        progress: called with (done, all) after each image.
    """
    done = 0
    for table, members in tables_of(records).items():
        rows, samples = [], list[list[Any]]()
        for record in members:
            row, pictures = _entry(record, table)
            for path, picture in pictures.items():
                pixels = picture.draw()
                yield path, _png(pixels[..., 0] if grey and pixels.ndim == 3 else pixels)
            samples += [[row["image"], *sample] for mark in record.annotations if mark.kind == "gaze" for sample in mark.points]
            rows.append(row)
            done += 1
            progress(done, len(records))
        yield f"{table}.csv", _csv(rows, _columns(rows))
        if samples:
            names = ["image", "x", "y", "duration"][: max(map(len, samples))]
            yield _gaze_file(table), _csv([dict(zip(names, sample, strict=True)) for sample in samples], names)


def _entry(record: Record, table: str) -> tuple[dict[str, Any], dict[str, Drawable]]:
    """The row of an image, and the pictures that it names."""
    folder = split_in_table(record) if table == MAIN else table
    assert isinstance(record.image, Drawable)
    pictures: dict[str, Drawable] = {f"images/{folder}/{record.id}.png": record.image}
    row: dict[str, Any] = {"image": next(iter(pictures)), "id": record.id}
    if not record.findings:
        row["label"] = record.label
    row |= {"group": record.group, "split": split_in_table(record)}
    row |= {f"finding:{name}": None if present is None else int(present) for name, present in record.findings.items()}
    for marks, kinds in ((record.annotations, "masks"), (record.avoid, "avoid")):
        for number, mark in enumerate(marks):
            if mark.kind == "mask":
                assert isinstance(mark.source, Drawable)
                end = f"_{mark.finding}" if mark.finding else f"_{number}" if number else ""
                path = f"{kinds}/{folder}/{record.id}{end}.png"
                pictures[path] = mark.source
                _add(row, "avoid_mask" if kinds == "avoid" else _column(mark), path)
            elif kinds == "masks":
                _add(row, _column(mark), _written(mark, table))
    row |= {f"tag:{name}": value for name, value in record.tags.items()}
    return row, pictures


def _written(mark: Annotation, table: str) -> str:
    """The cell of an annotation that is no picture."""
    if mark.kind == "gaze":
        return _gaze_file(table)
    if mark.kind == "nothing":
        return "true"
    return " ".join(_text(value) for point in mark.points for value in point)


def _column(mark: Annotation) -> str:
    return mark.kind if mark.finding is None else f"{mark.kind}:{mark.finding}"


def _add(row: dict[str, Any], column: str, cell: str) -> None:
    row[column] = f"{row[column]}; {cell}" if column in row else cell


def _gaze_file(table: str) -> str:
    return f"gaze/{table}.csv"


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Those of all rows: what every image has, findings, where to look and where not, and tags."""
    seen = dict.fromkeys(name for row in rows for name in row)
    tags = [name for name in seen if name.startswith("tag:")]
    findings = [name for name in seen if name.startswith("finding:")]
    leading = [name for name in _LEADING if name in seen]
    return [*leading, *findings, *(name for name in seen if name not in (*leading, *findings, *tags)), *tags]


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row.get(name)) for name in columns] for row in rows)
    return text.getvalue().encode()


def _text(value: Any) -> str:
    """A cell: whole numbers without a point, true and false as words, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def meanings(records: Sequence[Record], classes: Sequence[str]) -> dict[str, str]:
    """What each column of the tables says, in words."""
    rows = [_entry(record, MAIN)[0] for record in records]
    return {name: _meaning(name, classes) for name in _columns(rows)}


def _meaning(column: str, classes: Sequence[str]) -> str:
    kind, _, of = column.partition(":")
    return {
        "image": "the picture",
        "id": "its name",
        "label": f"its class: {', '.join(classes)}",
        "group": "the patient",
        "split": "train, val or test",
        "finding": "1: it is there, 0: it is not, empty: nobody knows",
        "mask": "picture that is white where to look",
        "box": "where to look: x0 y0 x1 y1 in pixels, ends exclusive",
        "polygon": "outline of where to look: x y x y ... in pixels",
        "gaze": "file with the reader's fixations: image, x and y in pixels, duration in seconds",
        "nothing": "true: the expert saw nothing to mark",
        "avoid_mask": "picture that is white where not to look, on the mark that misleads; empty where there is none",
        "tag": "whether the picture shows it" if artefact_of(of) else "a fact about the picture",
    }[kind]
