"""Boxes and outlines in YOLO's text files: one for each image, all numbers as shares of it; becomes one label and one ROI per image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sightline.data import table_cells
from sightline.data.annotation import Size
from sightline.data.images import size_if_readable
from sightline.data.problems import Several, each, refuse
from sightline.data.roots import existing_folder
from sightline.data.sets import formats, shapes
from sightline.data.sets.label_by import By, labelled
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.walk import some
from sightline.data.sets.yolo_sets import SLACK, is_list, is_names, names_of, refuse_other_shapes, settings, splits_of
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Annotation, Record, Records

WHERE = "The format is that of darknet and Ultralytics YOLO; most labelling tools export it."
LAYOUT = (
    "images/ and labels/ (below or above train/, val/, test/), or .txt files beside the images; the classes in data.yaml or classes.txt"
)
PARTS = {"**/*.txt": "the objects of each image", "**/*.[jp]*g": "images"}


def read(
    root: Path | None,
    *,
    by: By = "auto",
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per image: its label is the class of its objects, or its folder; its annotation their boxes or polygons.

    A line is a class and a box (`class x y width height`, the centre first) or a polygon (`class x y x y x y ...`). The split comes from
    `data.yaml`, from lists such as `train.txt`, or from the folders.

    Args:
        by: what tells the label: `object`, `folder`, or `auto`, see `label_by`.
        label: of an image with objects of several classes: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without objects, those without file among them; None leaves them out.
        empty: what is known of an image whose file is there and empty: nothing (`unknown`), or that there is `nothing` to see. An image
            without file is unknown in any case.

    Raises:
        UserError: no such files, one that cannot be read, a class without name, a file without image, an image of several classes.
    """
    top = existing_folder(root, LAYOUT, WHERE)
    pictures = PictureFiles.of(top)
    files, others, problems = _by_picture(pictures)
    if not files:
        refuse(problems)
        hints = "".join(f" {hint}." for hint in formats.notes(pictures.found.others, "yolo"))
        raise UserError(top, "holds no annotations", f"Expected: {LAYOUT}. {WHERE}{hints}")
    described = settings(pictures.found.others)
    names = names_of(pictures.found.others, described)
    with_points = bool(described and described[1].get("kpt_shape"))
    splits = splits_of(described, pictures)

    def made(picture: Path) -> tuple[Image, list[list[float]]]:
        file = files[picture]
        lines = _lines(file, names, with_points)
        size = size_if_readable(picture) if lines else None
        things = [_thing(category, shape, size, f"{file} line {number}") for number, category, shape in lines]
        return Image(pictures.id(picture), picture, things, str(file), split_of(picture, top)), [shape for *_, shape in lines]

    pairs = each(made, files, problems)
    images = [image for image, _ in pairs]
    refuse_other_shapes(top, [shape for _, lines in pairs for shape in lines])
    notes = _notes(others, names, sum(not image.things for image in images), empty)
    try:
        records = labelled(
            images, pictures, by, rule=label, background=background, empty=empty, whole="label", notes=notes, classes=classes
        )
    except Several as several:
        records, problems = several.rest or Records(), [*problems, *several.problems]
    records = Records([replace(record, split=_split(record, splits)) for record in records], records.notes)
    refuse(problems, records)
    return records


def _by_picture(pictures: PictureFiles) -> tuple[dict[Path, Path], list[Path], list[UserError]]:
    """The file of each picture, the files that are of none and not YOLO's either, and what is wrong with further ones."""
    files: dict[Path, Path] = {}
    others: list[Path] = []
    problems: list[UserError] = []
    for file in pictures.found.others:
        if file.suffix.lower() != ".txt" or is_names(file) or is_list(file):
            continue
        picture = pictures.beside(file)
        if picture in files:
            problems.append(UserError(file, f"is of {picture.name}, and so is {files[picture]}", "Keep one of the two."))
        elif picture:
            files[picture] = file
        elif formats.reader_of(file) == "yolo":
            reason = f"has no image: nothing called {file.stem} lies beside it or in images/"
            problems.append(UserError(file, reason, "Add the image, or remove the file."))
        else:
            others.append(file)
    return files, others, problems


def _notes(others: Sequence[Path], names: Mapping[int, str] | None, empties: int, empty: Empty) -> list[str]:
    notes = [f"{count(len(others), '.txt file')} without image left out ({some(file.name for file in others)})"] if others else []
    if names is None:
        notes.append("No data.yaml or classes.txt names the classes: they are called by their numbers")
    if empties:
        said = "nothing to mark" if empty == "nothing" else "annotation unknown (data.options={empty: nothing}: nothing to mark)"
        notes.append(f"{count(empties, 'empty file')}: {said}")
    return notes


def _split(record: Record, splits: Mapping[Path, str]) -> str | None:
    """Of an image without file a list may tell the split as well."""
    return splits.get(record.image, record.split) if isinstance(record.image, Path) else record.split


def _lines(file: Path, names: Mapping[int, str] | None, with_points: bool) -> list[tuple[int, str, list[float]]]:
    """The number, class and shape of each line.

    Args:
        with_points: key points follow the box on each line.
    """
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1):
        where = f"{file} line {number}"
        if not (words := line.split()):
            continue
        numbers = [table_cells.number(word, where) for word in words]
        category = _category(numbers[0], names, where)
        shape = numbers[1:5] if with_points else numbers[1:]
        if any(not -SLACK <= value <= 1 + SLACK for value in shape):
            raise UserError(where, "has numbers that are not between 0 and 1", "YOLO's numbers are shares of the image: export them so.")
        found.append((number, category, shape))
    return found


def _category(number: float, names: Mapping[int, str] | None, where: str) -> str:
    if number < 0 or number != int(number):
        raise UserError(where, f"begins with {number:g}, which is not the number of a class", "Write class x y width height.")
    if names is None:
        return str(int(number))
    if int(number) not in names:
        raise UserError(where, f"is of class {int(number)}, which has no name", "Complete data.yaml or classes.txt.")
    return names[int(number)]


def _thing(category: str, shape: list[float], size: Size | None, where: str) -> Marked:
    """An object; without place where the picture cannot be read, which the survey says."""
    height, width = size or (1, 1)
    if len(shape) in (4, 5):  # the fifth is how sure a network was
        x, y, w, h = shape[0] * width, shape[1] * height, shape[2] * width, shape[3] * height
        box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        return Marked(category, w * h, Annotation("box", points=(box,)) if size and w > 0 and h > 0 else None)
    if len(shape) < 6 or len(shape) % 2:
        reason = f"has {count(len(shape), 'number')} after the class: neither a box (4) nor a polygon (6, 8, ...)"
        raise UserError(where, reason, "Write class x y width height; if key points follow, data.yaml has to declare their kpt_shape.")
    points = tuple((x * width, y * height) for x, y in zip(shape[::2], shape[1::2], strict=True))
    return Marked(category, shapes.area(points), Annotation("polygon", points=points) if size else None)
