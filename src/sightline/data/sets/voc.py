"""Objects in images, as Pascal VOC's XML files list them; becomes one label and one ROI per image (Everingham et al. 2010)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from sightline.data import cells
from sightline.data.roots import existing
from sightline.data.sets.mask_files import PaletteMask
from sightline.data.sets.objects import Empty, Marked, Rule, label_of, marks_of, marks_of_empty
from sightline.data.sets.walk import SUFFIXES
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = "The format is Pascal VOC's (host.robots.ox.ac.uk); most labelling tools export it."
LAYOUT = "VOCdevkit/VOC2007/ with JPEGImages/ and Annotations/, or a folder of images with an .xml file beside each"
PARTS = {
    "**/*.[jp]*g": "images",
    "**/*.xml": "their objects",
    "**/ImageSets/Main/*.txt": "the owner's split",
    "**/SegmentationClass/*.png": "masks",
}
LISTS = {"trainval": "train", "train": "train", "val": "val", "test": "test"}  # later lists overrule `trainval`
# in the order of the palette of SegmentationClass, from 1
PALETTE = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog", "horse"),
    *("motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
)


def read(
    root: Path | None,
    *,
    annotation: Literal["mask", "box"] = "box",
    label: Rule = "refuse",
    background: str | None = None,
    empty: Empty = "unknown",
) -> list[Record]:
    """One record per image: its label is the category of its objects, its annotation where the objects of that category are.

    The lists in `ImageSets/Main` name the images and the owner's split; without them every image counts. Objects marked difficult do not
    decide the label; an image that shows no others is left out. Boxes inside parts of an object are passed over.

    Args:
        annotation: boxes; or masks from `SegmentationClass`, where an image without mask is unknown.
        label: of an image with objects of several categories: `refuse` it, or take that of the `largest`.
        background: class of the images without objects or without .xml file; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see (000's nonsuspicious images).

    Raises:
        UserError: not the layout, a file that cannot be read, an image of several categories.
    """
    folders = _folders(existing(root, LAYOUT, WHERE))
    records = []
    for folder in folders:
        pictures, notes = (inner if inner.is_dir() else folder for inner in (folder / "JPEGImages", folder / "Annotations"))
        images = {file.stem: file for file in sorted(pictures.glob("[!.]*")) if file.suffix.lower() in SUFFIXES}
        splits = _splits(folder / "ImageSets" / "Main")
        for name in splits or sorted({*images, *(file.stem for file in notes.glob("[!.]*.xml"))}):
            if name not in images:
                raise UserError(pictures / f"{name}.jpg", "no such file", "Add the image, or take it off the annotations and lists.")
            file = notes / f"{name}.xml"
            things = _objects(file) if file.is_file() else []
            found = label_of(things, label, str(file)) if things else background
            if found is None:
                continue
            marks = marks_of(things, found) if things else marks_of_empty(empty)
            if things and annotation == "mask":
                marks = _mask(folder / "SegmentationClass" / f"{name}.png", found)
            id = name if len(folders) == 1 else f"{folder.name}/{name}"
            records.append(Record(id=id, image=images[name], label=found, split=splits.get(name), annotations=marks))
    return records


def _folders(top: Path) -> list[Path]:
    """The folder of each year, or the one folder that holds both images and .xml files."""
    for pattern in ("Annotations", "*/Annotations", "*/*/Annotations"):
        if found := sorted(folder.parent for folder in top.glob(pattern)):
            return found
    if any(top.glob("[!.]*.xml")):
        return [top]
    raise UserError(top, "holds no annotations", f"Expected: {LAYOUT}. {WHERE}")


def _splits(folder: Path) -> dict[str, str]:
    """Image -> split of those on the owner's lists."""
    splits: dict[str, str] = {}
    for name, split in LISTS.items():
        file = folder / f"{name}.txt"
        lines = file.read_text().splitlines() if file.is_file() else []
        splits |= {line.split()[0]: split for line in lines if line.strip()}
    return splits


def _objects(file: Path) -> list[Marked]:
    try:
        top = ElementTree.parse(file).getroot()
    except ElementTree.ParseError as error:
        raise UserError(file, f"is not XML ({error})", "Export the annotations again.") from None
    return [_object(entry, f"{file} object {number}") for number, entry in enumerate(top.findall("object"), start=1)]


def _object(entry: ElementTree.Element, where: str) -> Marked:
    corners = [entry.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
    xmin, ymin, xmax, ymax = (cells.number(corner, f"{where} bndbox") for corner in corners)
    box = (xmin - 1, ymin - 1, xmax, ymax)  # VOC counts pixels from 1, and its last pixel is inside
    area = (box[2] - box[0]) * (box[3] - box[1])
    decides = entry.findtext("difficult", "0").strip() != "1"
    return Marked(entry.findtext("name", "").strip(), area, Annotation("box", points=(box,)), decides)


def _mask(file: Path, label: str) -> tuple[Annotation, ...]:
    if not file.is_file():
        return ()
    if label not in PALETTE:
        reason = f"its palette follows the classes of VOC, and {label!r} is not one of them"
        raise UserError(file, reason, "Use data.options.annotation=box.")
    return (Annotation("mask", PaletteMask(file, PALETTE.index(label) + 1)),)
