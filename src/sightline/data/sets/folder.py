"""Own data, the simplest way: one folder of images per class."""

from __future__ import annotations

import re
from pathlib import Path

from sightline.data.roots import existing
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = "These are images of your own."
LAYOUT = "<class>/*.png (or jpg, bmp, tif, webp), or train/<class>/*.png and val/<class>/*.png; masks beside them as <name>_mask.png"
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".dcm", ".dicom"}
MASK = re.compile(r"(?P<stem>.+)_mask(_\d+)?")


def read(root: Path | None) -> list[Record]:
    """Every image below a class folder; a folder level named train, val or test above the classes is the owner's split.

    An image is named by its path below `root`. One without a mask is unknown; of several masks the union counts.

    Raises:
        UserError: no classes, only one class, a class without images, or a mask without its image.
    """
    folder = existing(root, LAYOUT, WHERE)
    if not folder.is_dir():
        raise UserError(folder, "is not a folder", f"Expected: {LAYOUT}. For a table use data.name=table.")
    tops = _subfolders(folder)
    by_split = bool(tops) and all(top.name.lower() in SPLIT_NAMES for top in tops)
    classes = [(c, SPLIT_NAMES[t.name.lower()]) for t in tops for c in _subfolders(t)] if by_split else [(c, None) for c in tops]
    names = sorted({c.name for c, _ in classes})
    if len(names) < 2:
        found = f"only the class folder {names[0]!r}" if names else "no class folders"
        raise UserError(folder, f"holds {found}", f"A classifier needs at least two. Expected: {LAYOUT}.")
    return [record for top, split in classes for record in _read_class(folder, top, split)]


def _subfolders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))


def _read_class(root: Path, folder: Path, split: str | None) -> list[Record]:
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES and not f.name.startswith("."))
    masks: dict[Path, list[Path]] = {}
    for file in files:
        if name := MASK.fullmatch(file.stem):
            masks.setdefault(file.with_name(name["stem"]), []).append(file)
    images = [file for file in files if not MASK.fullmatch(file.stem)]
    if not images:
        raise UserError(folder, "holds no images", f"Remove the folder, or fill it. Expected: {LAYOUT}.")
    stems = {image.with_suffix("") for image in images}
    for stem, marks in masks.items():
        if stem not in stems:
            raise UserError(marks[0], f"is a mask, but there is no image {stem.name!r} beside it", "Rename the mask, or add its image.")
    return [
        Record(
            id=image.relative_to(root).as_posix(),
            image=image,
            label=folder.name,
            split=split,
            annotations=tuple(Annotation("mask", mask) for mask in masks.get(image.with_suffix(""), [])),
        )
        for image in images
    ]
