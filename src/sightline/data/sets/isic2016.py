"""ISIC 2016 challenge: dermoscopy, benign lesions and melanomas (Gutman et al. 2016); labels of part 3 with the lesion masks of part 1."""

from __future__ import annotations

from pathlib import Path

from sightline.data.roots import existing, nested
from sightline.data.sets.isic_tables import CHALLENGE, parts_of, rows, table_of
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = f"{CHALLENGE}, page ISIC 2016: Data and ground truth of Part 3 (or 3B), ground truth of Part 1."
KIND = "dermoscopy"
LAYOUT = "a folder with ISBI2016_ISIC_Part3_Training_Data/ and its _GroundTruth.csv, ISBI2016_ISIC_Part1_Training_GroundTruth/"
TASKS = {"melanoma": {"other": ["benign"], "melanoma": ["malignant"]}}  # classes named as in the later challenges: runs can be compared
SETS = {"Training": "train", "Test": "test"}
PARTS = parts_of(
    SETS,
    {
        "ISBI2016_ISIC_Part*_{0}_Data/**/ISIC_???????.jpg": "images",
        "ISBI2016_ISIC_Part*_{0}_*/**/ISIC_*_Segmentation.png": "lesion masks",
        "**/ISBI2016_ISIC_Part3*_{0}_GroundTruth.csv": "diagnoses",
    },
)
LABELS = {"benign": "benign", "0": "benign", "0.0": "benign", "malignant": "malignant", "1": "malignant", "1.0": "malignant"}


def read(root: Path | None) -> list[Record]:
    """The sets whose diagnoses are there, in the owner's split.

    Every malignant lesion of 2016 is a melanoma. Part 3B holds the same images as part 3 with their masks beside them; either will do,
    and the images of part 1 as well. An image without mask is unknown.

    Raises:
        UserError: no set found, a set without images, or a table that is not the challenge's.
    """
    folder = existing(root, LAYOUT, WHERE)
    records: list[Record] = []
    for name, split in SETS.items():
        tables = [table_of(folder, f"ISBI2016_ISIC_{part}_{name}_GroundTruth") for part in ("Part3", "Part3B")]
        if table := next((t for t in tables if t.is_file()), None):
            records += _read_set(folder, table, name, split)
    if not records:
        raise UserError(folder, "holds no diagnoses of ISIC 2016", f"Expected: {LAYOUT}. {WHERE}")
    return records


def _read_set(root: Path, table: Path, name: str, split: str) -> list[Record]:
    parts = [root / f"ISBI2016_ISIC_{part}_{name}_Data" for part in ("Part3", "Part3B", "Part1")]
    folder = next((part for part in parts if part.is_dir()), None)
    if folder is None:
        raise UserError(parts[0], "no such folder", f"It holds the images that {table.name} names. {WHERE}")
    images = nested(folder)
    masks = nested(root / f"ISBI2016_ISIC_Part1_{name}_GroundTruth")
    if not masks.is_dir():
        masks = images  # part 3B
    records = []
    for line, row in rows(table, "image", "diagnosis", header=False):
        id, diagnosis = row["image"], row["diagnosis"]
        if diagnosis not in LABELS:
            remedy = "It has to be benign or malignant, 0.0 or 1.0. Fetch the original table again."
            raise UserError(f"{table} line {line}", f"the diagnosis is {diagnosis!r}", remedy)
        mask = masks / f"{id}_Segmentation.png"
        marks = (Annotation("mask", mask),) if mask.is_file() else ()
        records.append(Record(id=id, image=images / f"{id}.jpg", label=LABELS[diagnosis], split=split, annotations=marks))
    return records
