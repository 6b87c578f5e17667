"""Objects in images, as Pascal VOC's XML files list them; becomes one label and one ROI per image (Everingham et al. 2010)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Literal
from xml.etree.ElementTree import Element

from sightline.data import table_cells
from sightline.data.problems import each
from sightline.data.roots import existing_folder
from sightline.data.sets import export_files, formats, shapes
from sightline.data.sets.export_files import size
from sightline.data.sets.mask_files import PaletteMask
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule, by_category, label_of, records_of
from sightline.data.sets.picture_files import PictureFiles, place_of, split_of
from sightline.data.sets.voc_lists import Lists
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Annotation, Records

WHERE = "The format is Pascal VOC's (host.robots.ox.ac.uk); most labelling tools export it."
LAYOUT = "VOCdevkit/VOC2007/ with JPEGImages/ and Annotations/ (images/ and annotations/), or images with an .xml file beside each"
PARTS = {
    "**/*.[jp]*g": "images",
    "**/*.xml": "their objects",
    "**/ImageSets/Main/*.txt": "the owner's split",
    "**/SegmentationClass/*.png": "masks",
}
# in the order of the palette of SegmentationClass, from 1
PALETTE = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog", "horse"),
    *("motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
)


def read(
    root: Path | None,
    *,
    annotation: Literal["outline", "mask", "box"] = "outline",
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per image: its label is the category of its objects, its annotation where the objects of that category are.

    The lists in `ImageSets/Main` name the images and the owner's split; without them every image counts, and folders named train, valid
    or test are the split. Objects marked difficult do not decide the label; an image that shows no others is left out. Boxes inside parts
    of an object are passed over.

    Args:
        annotation: outlines (`<polygon>`), or boxes where there are none; boxes alone; or masks from `SegmentationClass`, where an image
            without mask is unknown.
        label: of an image with objects of several categories: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without objects or without .xml file; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see (the nonsuspicious images of Figueroa et al.
            2022).

    Raises:
        UserError: not the layout, a file that cannot be read, an image of several categories or on the lists of two splits.
    """
    top = existing_folder(root, LAYOUT, WHERE)
    pictures = PictureFiles(top)
    notes, others = _notes(pictures)
    if not notes:
        hints = [*others, *formats.notes(pictures.found.others, "voc")]
        raise UserError(top, "holds no annotations", " ".join([f"Expected: {LAYOUT}. {WHERE}", *hints]))
    lists = Lists(pictures.found)
    problems: list[UserError] = []
    by_image = _by_image(notes, pictures, problems)
    places = {place_of(file, top) for file in notes}
    plain = [image for image in pictures.images(pictures.found.pictures) if place_of(image, top) in places and image not in by_image]
    images: list[Image] = []
    unlisted: list[str] = []
    raw: list[float] = []
    for path in sorted([*by_image, *plain], key=lambda path: (place_of(path, top), path.stem)):
        place = place_of(path, top)
        try:
            split = lists.split(place, path.stem) or split_of(path, top)
        except KeyError:
            unlisted.append(path.name)
            continue
        told = "/".join([*_told(place, places), ""])
        id = told + path.stem
        if images and images[-1].id == id:  # sorted by name: a twin stands just before
            id = told + path.name
        file = by_image.get(path)
        if file is None:
            images.append(Image(id, path, [], str(path), split))
        elif marked := _objects(file, notes[file], annotation == "outline", problems):
            things, corners = marked
            declared = size(notes[file].findtext("size/height"), notes[file].findtext("size/width"))
            images.append(Image(id, path, things, str(file), split, declared))
            raw += corners
    if not problems:  # an image whose annotations cannot be read is not missing from its list
        lists.refuse_unused()
    if raw and max(raw) <= 1:
        reason = "all boxes lie between 0 and 1: they look like shares of the image, not like pixels"
        raise UserError(images[0].where, reason, "Export them in pixels of the original image.")
    if annotation == "mask":
        images = [
            replace(image, things=_masked(image, drawn, label, by_category(classes)))
            for image in images
            if isinstance(drawn := image.path, Path)
        ]
    said = [*others, *_left_out(unlisted), *_without_file(plain, background, empty)]
    return records_of(images, label, background, empty, "objects that decide", problems, said, classes)


def _notes(pictures: PictureFiles) -> tuple[dict[Path, Element], list[str]]:
    """The VOC files, and what is said of other XML files."""
    found = {file: export_files.load_xml(file) for file in pictures.found.others if file.suffix.lower() == ".xml"}
    notes = {file: element for file, element in found.items() if element.tag == "annotation"}
    others = [file for file in found if file not in notes]
    readers = {reader for file in others if (reader := formats.reader_of(file))}
    hint = "".join(f"; data={reader} reads such files" for reader in readers)
    left_out = f"Left out, since not VOC: {count(len(others), 'file')} ({some(file.name for file in others)}){hint}"
    return notes, [left_out] if others else []


def _by_image(notes: Mapping[Path, Element], pictures: PictureFiles, problems: list[UserError]) -> dict[Path, Path]:
    """Image -> its file; `problems` gets why another file has no image of its own."""
    found: dict[Path, Path] = {}

    def add(file: Path) -> None:
        image = _image(file, notes[file], pictures)
        if image in found:
            raise UserError(file, f"is of the image {image.name}, and so is {found[image].name}", "Keep one of the two.")
        found[image] = file

    each(add, notes, problems)
    return found


def _image(file: Path, element: Element, pictures: PictureFiles) -> Path:
    """The image of a VOC file: of the same name, or of that which the file gives."""
    name = (element.findtext("filename") or "").strip()
    same = [picture for picture in pictures.by_stem.get(file.stem, []) if picture.name == PurePath(name).name]
    if len(same) == 1 and place_of(same[0], pictures.top) == place_of(file, pictures.top):
        return same[0]
    found = pictures.beside(file) or (pictures.named(name, [file.parent], str(file)) if name else None)
    if found is None:
        raise UserError(file, f"its image {name or file.stem} is not found", "Add the image, or remove its annotations.")
    return found


def _told(place: tuple[str, ...], places: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """The folders of an image as far as they tell it from others."""
    shared = next((depth for depth, names in enumerate(zip(*places, strict=False)) if len(set(names)) > 1), min(map(len, places)))
    return place[shared:]


def _left_out(unlisted: Sequence[str]) -> list[str]:
    return [f"{count(len(unlisted), 'image')} on no list left out ({some(unlisted)})"] if unlisted else []


def _without_file(plain: Sequence[Path], background: str | None, empty: Empty) -> list[str]:
    """A note on images without annotation file."""
    if not plain or background is None:
        return []
    known = "nothing to mark" if empty == "nothing" else "annotation unknown"
    which = some(picture.name for picture in plain)
    return [f"{count(len(plain), 'image')} without .xml file: class {background!r}, {known} ({which})"]


def _objects(file: Path, element: Element, with_outline: bool, problems: list[UserError]) -> tuple[list[Marked], list[float]] | None:
    """The objects of a file, and the numbers of their boxes as they are written; None where `problems` gets why one cannot be read."""
    before = len(problems)
    entries = enumerate(element.findall("object"), start=1)
    found = each(lambda entry: _object(entry[1], f"{file} object {entry[0]}", with_outline), entries, problems)
    if len(problems) > before:
        return None
    return [thing for thing, _ in found], [value for _, corners in found for value in corners]


def _object(entry: Element, where: str, with_outline: bool) -> tuple[Marked, list[float]]:
    """An object, and the numbers of its box as they are written."""
    name = (entry.findtext("name") or "").strip()
    if not name:
        raise UserError(where, "has no name", "Name it, or remove it.")
    if entry.find("robndbox") is not None and entry.find("bndbox") is None:
        raise UserError(where, "has a rotated box, which VOC does not know", "Export polygons as COCO.")
    decides = (entry.findtext("difficult") or "0").strip().lower() not in ("1", "true")
    points = _polygon(entry, where) if with_outline else ()
    if points and entry.find("bndbox") is None:
        return Marked(name, shapes.area(points), Annotation("polygon", points=points), decides), []
    corners = []
    for side in ("xmin", "ymin", "xmax", "ymax"):
        text = entry.findtext(f"bndbox/{side}")
        if text is None or not text.strip():
            raise UserError(where, f"its box has no {side}", "Draw the box again, or remove the object.")
        corners.append(table_cells.number(text, f"{where} {side}"))
    xmin, ymin, xmax, ymax = corners
    box = (xmin - 1, ymin - 1, xmax, ymax)  # VOC counts pixels from 1, and its last pixel is inside
    area = (box[2] - box[0]) * (box[3] - box[1])
    mark = Annotation("polygon", points=points) if points else Annotation("box", points=(box,))
    return Marked(name, area, mark, decides), corners


def _polygon(entry: Element, where: str) -> shapes.Points:
    """The corners of an outline (`<polygon><x1>..</x1><y1>..</y1>..`, or `<pt><x>..</x><y>..</y></pt>`); none where there is none.

    VOC counts pixels from 1, so that the middle of the first is 1, and 0.5 here.
    """
    found = entry.find("polygon")
    steps = [] if found is None else [(part.tag[0], part.text) for part in found.iter() if re.fullmatch(r"[xy]\d*", part.tag)]
    xs, ys = ([table_cells.number(text, f"{where} polygon") - 0.5 for axis, text in steps if axis == wanted] for wanted in "xy")
    if found is not None and (len(xs) != len(ys) or len(xs) < 3):
        raise UserError(where, f"has an outline of {len(xs)} x and {len(ys)} y", "Draw it again, or remove it, so that the box is used.")
    return tuple(zip(xs, ys, strict=True))


def _masked(image: Image, path: Path, rule: Rule, class_of: Mapping[str, str]) -> Sequence[Marked]:
    """What decides the label of an image, and other categories of its class, each marked by its mask."""
    found = label_of(image.things, rule, image.where, class_of) if image.things else None
    if found is None:
        return image.things
    files = [above / "SegmentationClass" / f"{path.stem}.png" for above in path.parents[:2]]
    file = next((file for file in files if file.is_file()), None)
    own = class_of.get(found, found)
    names = sorted({thing.category for thing in image.things if class_of.get(thing.category, thing.category) == own})
    return [Marked(name, float(name == found), _mask(file, name) if file else None) for name in names]


def _mask(file: Path, label: str) -> Annotation:
    if label not in PALETTE:
        reason = f"its palette follows the classes of VOC, and {label!r} is not one of them"
        raise UserError(file, reason, "Use data.options.annotation=box.")
    return Annotation("mask", PaletteMask(file, PALETTE.index(label) + 1))
