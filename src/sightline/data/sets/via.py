"""Regions that somebody drew with the VGG Image Annotator (VIA 1 and 2); becomes one label and one ROI per image."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any

from sightline.data import table_cells
from sightline.data.problems import each
from sightline.data.roots import existing
from sightline.data.sets import export_files, formats, shapes
from sightline.data.sets.label_by import By, labelled, one_label
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.told import is_fact, told
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.types import Annotation, Records

WHERE = "The files are those of the VGG Image Annotator (robots.ox.ac.uk/~vgg/software/via), version 1 or 2."
LAYOUT = "a .json file of annotations, or a project of VIA 2, with its images beside it; or a folder of them, one for each split"
PARTS = {"**/*.json": "the regions of the images"}

Entry = tuple[Path, str, Mapping[str, Any]]  # file, what to call the image in messages, what the file says of it


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
    """One record per image: its label is the value of an attribute of its regions, or of the file; its annotation the regions.

    Rectangles, polygons, circles and ellipses say where to look; points and lines count for the label only.

    Args:
        attribute: name of the attribute that tells the label; None: the only one that the regions have, or else that the files have, also
            where all regions have the same value and the files have not.
        by: what tells the label: `object` (the attribute of the regions), `image` (that of the file), `folder`, or `auto`, see `label_by`.
        label: of an image with regions of several labels: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without regions; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see.

    Raises:
        UserError: no files of VIA, one that cannot be read, several attributes and none chosen, an image that is not found or that has
            several labels.
    """
    top = existing(root, LAYOUT, WHERE)
    pictures = PictureFiles.of(top)
    files, notes = formats.files_of(top, pictures, "via", ".json", f"{LAYOUT}. {WHERE}")
    entries = [entry for file in files for entry in _entries(file)]
    given = [region.get("region_attributes") for _, where, entry in entries for region in _regions(entry, where)]
    of_file = [entry.get("file_attributes") for _, _, entry in entries]
    of_regions, of_files, more = _attributes(given, of_file, attribute, by, background, top)
    notes = [*notes, *more]
    problems: list[UserError] = []
    images = each(lambda entry: _image(*entry, of_regions, of_files, pictures), entries, problems)
    return labelled(
        images,
        pictures,
        by,
        rule=label,
        background=background,
        empty=empty,
        whole="file attribute",
        notes=notes,
        problems=problems,
        classes=classes,
    )


def _attributes(
    regions: Sequence[Any], files: Sequence[Any], wanted: str | None, by: By, background: str | None, top: Path
) -> tuple[str | None, str | None, list[str]]:
    """The attribute of regions and that of files which tell the label, and what is said of the choice.

    Raises:
        UserError: none is as `wanted`, or several are possible.
    """
    of_regions = _attribute(regions, wanted, top) if by != "image" else None
    of_files = _attribute(files, wanted, top) if by in ("auto", "image") and not of_regions else None
    if wanted and not of_regions and not of_files:
        raise UserError("data.options.attribute", f"no region and no file has an attribute {wanted!r}", "Name one that VIA shows.")
    if by != "auto" or not of_regions or wanted:
        return of_regions, of_files, []
    shared = _values(regions, of_regions)
    if shared & _values(files, of_regions):  # the same word on regions and files: that on the file tells the label
        return of_regions, of_regions, []
    if background is None and len(shared) == 1:
        better, more = _of_files_instead(files)
        return None if better else of_regions, better, more
    return of_regions, of_files, []


def _of_files_instead(files: Sequence[Any]) -> tuple[str | None, list[str]]:
    """The only attribute in which the files differ, where all regions have the same label; and what is said of it, or of several."""
    telling = sorted(name for name in _names(files) if len(_values(files, name)) > 1 and not is_fact(name))
    if len(telling) == 1:
        return telling[0], [f"All regions have the same label, so that of an image is its file attribute {telling[0]!r}"]
    if not telling:
        return None, []
    remedy = f"data.options={{attribute: {telling[0]}}} takes it as the label"
    return None, [f"All regions have the same label, but the files differ in {some(telling)}: {remedy}"]


def _entries(file: Path) -> list[Entry]:
    content = export_files.mapping(export_files.load_json(file), str(file))
    listed = content.get("_via_img_metadata", content)
    found = []
    for key, value in export_files.mapping(listed, str(file)).items():
        if key.startswith("_via_"):
            continue
        entry = export_files.mapping(value, f"{file} entry {key}")
        if not entry.get("filename"):
            raise UserError(f"{file} entry {key}", "has no filename", "Export the annotations again, with VIA 2.")
        found.append((file, f"{file}: {entry['filename']}", entry))
    return found


def _regions(entry: Mapping[str, Any], where: str) -> list[Mapping[str, Any]]:
    """The regions of an image; VIA 1 numbers them in an object, VIA 2 lists them."""
    regions = entry.get("regions") or []
    listed = list(regions.values()) if isinstance(regions, dict) else export_files.sequence(regions, where)
    return [export_files.mapping(region, f"{where} region {number}") for number, region in enumerate(listed, start=1)]


def _attribute(given: Sequence[Any], wanted: str | None, top: Path) -> str | None:
    """The attribute that tells the label; None where none is filled in.

    Raises:
        UserError: several are.
    """
    names = sorted(_names(given))
    if wanted:
        return wanted if wanted in names else None
    if len(names) > 1 and (others := [name for name in names if not is_fact(name)]):
        names = others  # what is read as a fact is the label only where there is nothing else
    if len(names) > 1:
        reason = f"has several attributes ({some(names)}), and it is unclear which of them is the label"
        raise UserError(top, reason, f"Name it: data.options={{attribute: {names[0]}}}.")
    return names[0] if names else None


def _names(given: Sequence[Any]) -> set[str]:
    """The attributes that are filled in somewhere."""
    return {name for one in given if isinstance(one, dict) for name, value in one.items() if _value(value, "", "") is not None}


def _values(given: Sequence[Any], name: str) -> set[str | None]:
    """What is filled in for one of them."""
    return {_value(one.get(name), "", "") for one in given if isinstance(one, dict)} - {None}


def _value(value: Any, name: str, where: str) -> str | None:
    """What an attribute says: a text, or the only box that is ticked; None: nothing."""
    if isinstance(value, dict):
        return one_label([option for option, is_set in value.items() if is_set], where, f"value of {name!r}") if where else _any(value)
    return str(value).strip() or None if isinstance(value, str | int) and not isinstance(value, bool) else None


def _any(ticked: Mapping[str, Any]) -> str | None:
    return next((option for option, is_set in ticked.items() if is_set), None)


def _image(file: Path, where: str, entry: Mapping[str, Any], of_regions: str | None, of_files: str | None, pictures: PictureFiles) -> Image:
    name = str(entry["filename"])
    found = pictures.named(name, [file.parent, file.parent / "images", pictures.top], where)
    path = found or file.parent / PureWindowsPath(name).name  # the survey names a single one that is missing
    things = []
    for number, region in enumerate(_regions(entry, where), start=1):
        here = f"{where} region {number}"
        given = region.get("region_attributes")
        category = _value(given.get(of_regions), of_regions, here) if of_regions and isinstance(given, dict) else "region"
        if category is None:
            raise UserError(here, f"has no value for {of_regions!r}", "Give it one, or remove the region.")
        mark, area = _mark(export_files.mapping(region.get("shape_attributes"), here), here)
        things.append(Marked(category, area, mark))
    facts = entry.get("file_attributes")
    whole = _value(facts.get(of_files), of_files, where) if of_files and isinstance(facts, dict) else None
    return told(facts, where).of(Image(pictures.id(path), path, things, where, split_of(path, pictures.top), label=whole))


def _mark(shape: Mapping[str, Any], where: str) -> tuple[Annotation | None, float]:
    """What a region marks, and its area."""

    def number(key: str) -> float:
        return table_cells.number(shape.get(key), f"{where} {key}")

    match shape.get("name"):
        case "rect" | "rectangle":
            x, y, width, height = (number(key) for key in ("x", "y", "width", "height"))
            area = width * height
            return (Annotation("box", points=((x, y, x + width, y + height),)) if width > 0 and height > 0 else None), area
        case "polygon":
            xs, ys = (export_files.sequence(shape.get(f"all_points_{axis}"), where) for axis in "xy")
            if len(xs) != len(ys) or len(xs) < 3:
                raise UserError(where, f"is a polygon with {len(xs)} x and {len(ys)} y", "Draw it again.")
            points = export_files.pairs([list(pair) for pair in zip(xs, ys, strict=True)], where)
            return Annotation("polygon", points=points), shapes.area(points)
        case "circle":
            radius = number("r")
            return Annotation("polygon", points=shapes.ellipse(number("cx"), number("cy"), radius, radius)), math.pi * radius**2
        case "ellipse":
            turn = math.degrees(number("theta")) if shape.get("theta") else 0
            rx, ry = number("rx"), number("ry")
            return Annotation("polygon", points=shapes.ellipse(number("cx"), number("cy"), rx, ry, turn)), math.pi * rx * ry
        case "point" | "polyline" | "line":
            return None, 0
    raise UserError(where, f"is a {shape.get('name')}, which cannot be read", "Draw it again, as a polygon or rectangle.")
