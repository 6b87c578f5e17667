"""YOLO's text files: a line for each object, with its class and its polygon or box in shares of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import yaml

from sightline.data.annotation import Size
from sightline.data.sets.folder_names import is_plain, meaning
from sightline.data.sets.walk import is_hidden, some
from sightline.data.written.entries import Box, Content, Entry, Shape
from sightline.data.written.shares import shared
from sightline.errors import UserError
from sightline.plural import count

KNOWN = ("train", "val", "test")


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """`images/SPLIT/CLASS/` with links to the pictures, `labels/SPLIT/CLASS/` with their text files, and `data.yaml`.

    YOLO finds the text file of a picture by the picture's path, so links stand where the pictures are expected. An image of which nothing
    is known has no text file, one with nothing to see an empty one. Where the set holds outlines, a box of whole pixels is written as one,
    since Ultralytics trains segmentation on outlines alone.
    """
    _refuse_names(classes, {entry.record.split for entry in entries})
    number = {name: i for i, name in enumerate(classes)}
    outlined = any(mark.kind != "box" for entry in entries for mark in entry.record.annotations if mark.kind != "nothing")
    places, marked = _places(entries), False
    for entry, place in zip(entries, places, strict=True):
        drawn = entry.drawn()
        yield f"images/{place}", entry.path
        lines = [f"{number[entry.record.label]} {line}\n" for shape in drawn.shapes for line in _lines(shape, drawn.size, outlined)]
        if lines or drawn.nothing:
            marked = True
            yield f"labels/{place.with_suffix('.txt')}", "".join(lines).encode()
    if not marked:
        raise UserError("records", "no image has a box or an outline, and YOLO's files hold nothing else", "Choose another format.")
    splits = [split for split in KNOWN if any(entry.record.split == split for entry in entries)]
    tree = {**{split: f"images/{split}" for split in splits}, "names": dict(enumerate(classes))}
    yield "data.yaml", yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()


def notes(entries: Sequence[Entry]) -> list[str]:
    """What YOLO cannot hold of these records, and how they are read again."""
    said = ["The folders tell the classes: `data.options={by: folder, empty: nothing}` reads them again"]
    if held := [entry.record.id for entry in entries if entry.record.group or entry.record.tags]:
        said.append(f"YOLO has no place for groups and tags, which are not written: {count(len(held), 'image')} ({some(held)})")
    if undivided := [entry.record.id for entry in entries if not entry.record.split]:
        said.append(f"data.yaml names no images without a split, which a training of YOLO needs: {count(len(undivided), 'image')}")
    return said


def _refuse_names(classes: Sequence[str], splits: set[str | None]) -> None:
    for name in classes:
        if is_hidden(name) or any(sign in name for sign in "/\\") or meaning(name) or is_plain(name):
            raise UserError(f"class {name!r}", "cannot be the name of the folder that tells the class", "Rename it with `data.classes`.")
    if others := sorted(split for split in splits if split and split not in KNOWN):
        raise UserError(f"split {others[0]!r}", "has no place in YOLO's files, which know train, val and test", "Choose another format.")


def _places(entries: Sequence[Entry]) -> list[PurePosixPath]:
    """`SPLIT/CLASS/NAME` of each picture; where two of them would share a text file, their folders or numbers stand in the names."""
    heads = [PurePosixPath(entry.record.split or "") / entry.record.label for entry in entries]
    for names in (
        [entry.name.name for entry in entries],
        ["_".join(entry.name.parts) for entry in entries],
    ):
        found = [head / name for head, name in zip(heads, names, strict=True)]
        if len({place.with_suffix("") for place in found}) == len(found):
            return found
    return [head / f"{number}_{entry.name.name}" for number, (head, entry) in enumerate(zip(heads, entries, strict=True))]


def _lines(shape: Shape, size: Size, outlined: bool) -> Iterator[str]:
    height, width = size
    if isinstance(shape, Box) and not (outlined and all(value == round(value) for value in shape.corners)):
        x0, y0, x1, y1 = shape.corners
        x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height))  # what sticks out marks no pixel
        yield _numbers(((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height))
        return
    for points in (one for part in shape.outlines() for one in shared(part, size, 1.0)):
        yield _numbers(tuple(value for point in points for value in point))


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(map(repr, map(float, values)))
