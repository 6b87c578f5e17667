"""Shapes and tags in the XML that CVAT exports as "CVAT for images"; becomes one label and one ROI per image."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from xml.etree.ElementTree import Element

import numpy as np

from sightline.data import table_cells
from sightline.data.annotation import Size
from sightline.data.problems import each
from sightline.data.roots import existing
from sightline.data.sets import export_files, formats, shapes
from sightline.data.sets.label_by import By, attribute_of, labelled, one_label, unused_attributes
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.told import told
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError
from sightline.types import Annotation, Records

WHERE = 'The files are CVAT\'s (cvat.ai), exported as "CVAT for images 1.1".'
LAYOUT = "annotations.xml with images/ beside it"
PARTS = {"**/*.xml": "the annotations of the images"}
EVERYTHING = {"", "default"}  # subsets that are no split
PLACELESS = {"polyline", "points"}


def read(
    root: Path | None,
    *,
    attribute: str | None = None,
    by: By = "auto",
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per image: its label is its tag, or that of its shapes; its annotation the shapes; its split CVAT's subset.

    Boxes (turned ones, too), polygons, ellipses and masks say where to look; points and lines count for the label only.

    Args:
        attribute: name of an attribute of the shapes that tells the label; None: their own label does.
        by: what tells the label: `object` (the shapes), `image` (the tag), `folder`, or `auto`, see `label_by`.
        label: of an image with shapes of several labels: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without shapes; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see.

    Raises:
        UserError: no such files, an annotated video, one that cannot be read, an image of several labels.
    """
    top = existing(root, LAYOUT, WHERE)
    pictures = PictureFiles.of(top)
    files, notes = formats.files_of(top, pictures, "cvat", ".xml", f"{LAYOUT}. {WHERE}")
    problems: list[UserError] = []
    loaded = [(file, export_files.load_xml(file)) for file in files]
    images = [image for file, element in loaded for image in _images(file, element, attribute, pictures, problems)]
    if not attribute and not any(image.label for image in images):
        shown = [shape for _, element in loaded for entry in element.findall("image") for shape in entry]
        notes = [*notes, *unused_attributes([shape.get("label") or "" for shape in shown], list(map(_attributes, shown)))]
    return labelled(
        images, pictures, by, rule=label, background=background, empty=empty, whole="tag", notes=notes, problems=problems, classes=classes
    )


@dataclass(frozen=True)
class RunsPatch:
    """A mask that covers a part of its image, in runs of outside and inside pixels by turns, row by row, outside first.

    Attributes:
        where: names it in messages.
        size: (H, W) of the image.
        box: left, top, width and height of the part.
        runs: their lengths.
    """

    where: str
    size: Size
    box: tuple[int, int, int, int]
    runs: tuple[int, ...]

    @property
    def key(self) -> str:
        return f"cvat-patch {self.size} {self.box} {hashlib.sha256(repr(self.runs).encode()).hexdigest()}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: the runs do not cover the part, or it lies outside the image.
        """
        left, top, width, height = self.box
        if min((*self.box, *self.runs), default=-1) < 0 or top + height > self.size[0] or left + width > self.size[1]:
            raise UserError(self.where, "its mask lies outside the image", "Export the annotations again.")
        if sum(self.runs) != width * height:
            reason = f"its runs cover {sum(self.runs)} pixels, but {width} x {height} are {width * height}"
            raise UserError(self.where, reason, "Export the annotations again.")
        mask = np.zeros(self.size, np.uint8)
        inside = np.arange(len(self.runs)) % 2 == 1
        mask[top : top + height, left : left + width] = np.repeat(inside, self.runs).reshape(height, width) * np.uint8(255)
        return mask


def _images(file: Path, element: Element, attribute: str | None, pictures: PictureFiles, problems: list[UserError]) -> list[Image]:
    if element.find("track") is not None:
        raise UserError(file, "is of a video", 'Export it as "CVAT for images 1.1".')
    entries = enumerate(element.findall("image"), start=1)
    return each(lambda entry: _image(file, entry[1], f"{file} image {entry[0]}", attribute, pictures), entries, problems)


def _attributes(shape: Element) -> dict[str, str]:
    return {str(one.get("name")): (one.text or "").strip() for one in shape.findall("attribute")}


def _image(file: Path, entry: Element, where: str, attribute: str | None, pictures: PictureFiles) -> Image:
    name = (entry.get("name") or "").strip()
    if not name:
        raise UserError(where, "has no name", "Export the annotations again.")
    where = f"{file}: {name}"
    subset = (entry.get("subset") or "").strip()
    split = None if subset.lower() in EVERYTHING else SPLIT_NAMES.get(subset.lower(), subset)
    near = [above / inner for above in (file.parent, pictures.top) for inner in (f"images/{subset}", "images", subset, "")]
    path = pictures.named(name, near, where, split) or file.parent / PureWindowsPath(name).name  # the survey names a missing one
    size = export_files.size(entry.get("height"), entry.get("width"))
    tags: list[str] = []
    facts: dict[str, str] = {}
    things: list[Marked] = []
    for number, shape in enumerate(entry, start=1):
        here = f"{where} shape {number}"
        category = (shape.get("label") or "").strip()
        if not category:
            raise UserError(here, "has no label", "Give it one, or remove it.")
        if shape.tag == "tag":
            tags.append(category)
            facts |= _attributes(shape)
        else:
            mark, area = _mark(shape, size, here)
            things.append(Marked(attribute_of(_attributes(shape), attribute, here) if attribute else category, area, mark))
    label = one_label(tags, where, "tag")
    return told(facts, where).of(Image(pictures.id(path), path, things, where, split or split_of(path, pictures.top), size, label))


def _mark(shape: Element, size: Size | None, where: str) -> tuple[Annotation | None, float]:
    """What a shape marks, and its area."""

    def number(key: str) -> float:
        return table_cells.number(shape.get(key), f"{where} {key}")

    turn = table_cells.number(shape.get("rotation") or 0, f"{where} rotation")
    match shape.tag:
        case "box":
            x0, y0, x1, y1 = (number(key) for key in ("xtl", "ytl", "xbr", "ybr"))
            area = (x1 - x0) * (y1 - y0)
            if turn:
                middle = ((x0 + x1) / 2, (y0 + y1) / 2)
                return Annotation("polygon", points=shapes.rectangle(x0, y0, x1 - x0, y1 - y0, turn, middle)), area
            return (Annotation("box", points=((x0, y0, x1, y1),)) if x1 > x0 and y1 > y0 else None), area
        case "polygon":
            points = export_files.pairs([pair.split(",") for pair in (shape.get("points") or "").split(";")], where)
            if len(points) < 3:
                raise UserError(where, f"is a polygon of {len(points)} points", "Draw it again.")
            return Annotation("polygon", points=points), shapes.area(points)
        case "ellipse":
            rx, ry = number("rx"), number("ry")
            return Annotation("polygon", points=shapes.ellipse(number("cx"), number("cy"), rx, ry, turn)), math.pi * rx * ry
        case "mask" if size:
            left, top, width, height = (int(number(key)) for key in ("left", "top", "width", "height"))
            runs = tuple(int(table_cells.number(run, f"{where} rle")) for run in (shape.get("rle") or "").split(","))
            return Annotation("mask", RunsPatch(where, size, (left, top, width, height), runs)), float(sum(runs[1::2]))
    if shape.tag in PLACELESS:
        return None, 0
    raise UserError(where, f"is a {shape.tag}, which cannot be read", "Draw it again, as a polygon or box.")
