"""Records with every kind of mark, for the tests of the writers of annotation files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from sightline.data.written.entries import Entry, entries_of
from sightline.types import Annotation, Record

SIZE = (8, 10)  # (H, W)
BOX = Annotation("box", points=((1.0, 2.0, 5.0, 6.0),))
TRIANGLE = Annotation("polygon", points=((0.5, 0.5), (8.5, 0.5), (0.5, 6.5)))
GAZE = Annotation("gaze", points=((1.0, 1.0, 0.3), (4.7, 2.2, 0.1), (99.0, 1.0, 0.2)))
CLASSES = ("nev", "mel")


def record(folder: Path, name: str, label: str, *marks: Annotation, **more: object) -> Record:
    """A record whose picture lies in the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE[::-1]).save(path)
    return Record(name, path, label, annotations=marks, **more)  # type: ignore[arg-type]


def mask(path: Path) -> Annotation:
    """Pixels 2 to 4 of the rows 1 to 3, without the one in the middle; and its file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    inside = np.zeros(SIZE, np.uint8)
    inside[1:4, 2:5] = 255
    inside[2, 3] = 0
    Image.fromarray(inside).save(path)
    return Annotation("mask", path)


def records(folder: Path) -> list[Record]:
    """A box and a mask; a polygon and gaze; nothing to mark; not known."""
    facts = {"group": "P1", "split": "train", "tags": {"ruler": True, "age": 40}}
    return [
        record(folder, "a.png", "mel", BOX, mask(folder / "masks/a.png"), **facts),
        record(folder, "sub/b.png", "nev", TRIANGLE, GAZE, split="val"),
        record(folder, "c.png", "nev", Annotation("nothing")),
        record(folder, "d.png", "mel"),
    ]


def entries(folder: Path) -> list[Entry]:
    """The same as the writers see them."""
    return entries_of(records(folder))
