"""CUB-200: photographs of 200 bird species, outlined (Welinder et al. 2010; Wah et al. 2011). Both editions."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from sightline.data import table_cells
from sightline.data.roots import existing, nested
from sightline.data.sets.mask_files import GradedMask, MatMask, matlab
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = "Distributed by Caltech (https://data.caltech.edu): CUB-200-2011 with segmentations, or CUB-200 of 2010 with lists and annotations."
KIND = "photograph"
LAYOUT = "CUB_200_2011/images.txt and segmentations/ (2011), or images/, lists/ and annotations-mat/ (2010)"
PARTS = {
    "**/images/*.*/*.jpg": "photographs",
    "**/images.txt": "2011: their list",
    "**/train_test_split.txt": "2011: the owner's split",
    "**/bounding_boxes.txt": "2011: boxes",
    "**/segmentations/*.*/*.png": "2011: masks",
    "**/lists/t*.txt": "2010: the owner's split",
    "**/annotations[-_]mat/*.*/*.mat": "2010: masks and boxes",
}
EIGHT = (  # 001-11
    "Sooty_Albatross",
    "Indigo_Bunting",
    "Anna_Hummingbird",
    "Western_Wood_Pewee",
    "Great_Grey_Shrike",
    "Harris_Sparrow",
    "Pileated_Woodpecker",
    "Cactus_Wren",
)
TASKS: dict[str, dict[str, list[str]]] = {"eight": {name: [name] for name in EIGHT}, "all": {}}
AGREED = 128  # grey level of a mask of 2011 from which at least half of the annotators agree

Hint = Literal["mask", "box"]


def read(root: Path | None, *, annotation: Hint = "mask", split: Literal["owner", "own"] = "owner") -> list[Record]:
    """All photographs that the owner lists; labels are species as in the folder names, without the number.

    An image without mask file is unknown. Where both editions lie side by side, that of 2011 is read.

    Args:
        annotation: the bird's mask or its bounding box.
        split: the `owner`'s training and test set, or one's `own`, drawn as data.split says (the SPN report draws 80/10/10 of all images).

    Raises:
        UserError: neither edition, or a list or box that is missing or cannot be read.
    """
    top = existing(root, LAYOUT, WHERE)
    for folder in (top, top / "CUB_200_2011", top / "CUB_200_2010", top / "CUB_200"):
        if (folder / "images.txt").is_file():
            return _read_2011(folder, annotation, split == "owner")
        if (folder / "lists").is_dir():
            return _read_2010(folder, annotation, split == "owner")
    raise UserError(top, "holds no edition of CUB-200", f"Expected: {LAYOUT}. {WHERE}")


def _read_2011(folder: Path, annotation: Hint, owners: bool) -> list[Record]:
    inner, beside = folder / "segmentations", folder.parent / "segmentations"
    masks = nested(inner if inner.is_dir() else beside)
    training = _columns(folder / "train_test_split.txt", 2) if owners else {}
    boxes = _columns(folder / "bounding_boxes.txt", 5) if annotation == "box" else {}
    records = []
    for number, (name,) in _columns(folder / "images.txt", 2).items():
        marks = _mask(GradedMask((masks / name).with_suffix(".png"), AGREED))
        if annotation == "box":
            x, y, width, height = _numbers(boxes, number, folder / "bounding_boxes.txt")
            marks = (Annotation("box", points=((x, y, x + width, y + height),)),)
        split = None
        if owners:
            split = "train" if _numbers(training, number, folder / "train_test_split.txt") == [1] else "test"
        records.append(_record(nested(folder / "images"), name, split, marks))
    return records


def _read_2010(folder: Path, annotation: Hint, owners: bool) -> list[Record]:
    spellings = [above / name for above in (folder, folder / "annotations") for name in ("annotations-mat", "annotations_mat")]
    notes = next((spelling for spelling in spellings if spelling.is_dir()), spellings[0])
    records = []
    for part in ("train", "test"):
        for name in _lines(folder / "lists" / f"{part}.txt"):
            file = (notes / name).with_suffix(".mat")
            marks = _mat_box(file) if annotation == "box" else _mask(MatMask(file, "seg"))
            records.append(_record(nested(folder / "images"), name, part if owners else None, marks))
    return records


def _mask(mask: GradedMask | MatMask) -> tuple[Annotation, ...]:
    return (Annotation("mask", mask),) if mask.path.is_file() else ()


def _mat_box(file: Path) -> tuple[Annotation, ...]:
    if not file.is_file():
        return ()
    box = matlab(file, "bbox")  # (1, 1) struct of (1, 1) numbers; may reach past the edge
    try:
        return (Annotation("box", points=(tuple(float(np.squeeze(box[side].item())) for side in ("left", "top", "right", "bottom")),)),)
    except (TypeError, ValueError, IndexError):
        raise UserError(file, "has no box with left, top, right and bottom", "Unpack the archive again.") from None


def _record(images: Path, name: str, split: str | None, marks: tuple[Annotation, ...]) -> Record:
    species = Path(name).parent.name.partition(".")[2]
    return Record(id=name, image=images / name, label=species, split=split, annotations=marks)


def _columns(table: Path, count: int) -> dict[str, list[str]]:
    """First column -> the others, of a table divided by spaces."""
    rows = [line.split() for line in _lines(table)]
    for number, row in enumerate(rows, start=1):
        if len(row) != count:
            raise UserError(f"{table} line {number}", f"has {len(row)} columns instead of {count}", "Unpack the archive again.")
    return {row[0]: row[1:] for row in rows}


def _numbers(table: dict[str, list[str]], image: str, file: Path) -> list[float]:
    if image not in table:
        raise UserError(file, f"has no line for image {image}", "Unpack the archive again.")
    return [table_cells.number(cell, f"{file} image {image}") for cell in table[image]]


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        raise UserError(file, "no such file", f"Expected: {LAYOUT}. {WHERE}")
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
