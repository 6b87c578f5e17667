"""Regions and choices exported from Label Studio as JSON or JSON-MIN; becomes one label and one ROI per image."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from sightline.data import table_cells
from sightline.data.annotation import Size
from sightline.data.images import size_if_readable
from sightline.data.problems import each
from sightline.data.roots import existing
from sightline.data.sets import export_files, formats, shapes
from sightline.data.sets.brush import BrushMask
from sightline.data.sets.label_by import By, labelled, one_label
from sightline.data.sets.labelstudio_tasks import Task, tasks
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.told import told
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Annotation, Records

WHERE = "The files are Label Studio's (labelstud.io), exported as JSON or JSON-MIN."
LAYOUT = "the .json file of an export with its images beside it or in a folder there"
PARTS = {"**/*.json": "the annotations of the images"}
PREFIX = re.compile(r"^([0-9a-f]{8}|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{4,})-")  # stands before the name of a file that was uploaded


def read(
    root: Path | None,
    *,
    question: str | None = None,
    by: By = "auto",
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per task: its label is a choice on the image, or the name of its regions; its annotation the regions.

    Rectangles (turned ones, too), polygons, ellipses and painted masks say where to look; key points count for the label only.

    Args:
        question: name of the choices that tell the label, on the image or on each region; None: the only ones on the image, or the names
            of the regions.
        by: what tells the label: `object` (the regions), `image` (the choices), `folder`, or `auto`, see `label_by`.
        label: of an image with regions of several names: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without regions; None leaves them out.
        empty: what is known of those that somebody submitted: nothing (`unknown`), or that there is `nothing` to see.

    Raises:
        UserError: no such files, one that cannot be read, several questions and none chosen, an image of several labels.
    """
    top = existing(root, LAYOUT, WHERE)
    pictures = PictureFiles.of(top)
    files, notes = formats.files_of(top, pictures, "labelstudio", ".json", f"{LAYOUT}. {WHERE}")
    found = [(file, task) for file in files for task in tasks(export_files.load_json(file), str(file))]
    asked, more = _question([task for _, task in found], question, by, top)
    notes = [*notes, *more]
    if open_ones := [task for _, task in found if not task.looked]:
        notes = [*notes, f"{count(len(open_ones), 'task')} without annotation left out ({some(task.image for task in open_ones)})"]
    if several := [task for _, task in found if task.united > 1]:
        names = some(task.image for task in several)
        remedy = "to use one, mark it as ground truth in Label Studio"
        notes = [*notes, f"{count(len(several), 'task')} with annotations of several people, which are united ({names}); {remedy}"]
    problems: list[UserError] = []
    on_regions = any(asked in region["answers"] for _, task in found for region in task.regions)
    images = each(lambda one: _image(*one, asked, on_regions, pictures), [(file, task) for file, task in found if task.looked], problems)
    return labelled(
        images,
        pictures,
        by,
        rule=label,
        background=background,
        empty=empty,
        whole="choice",
        notes=notes,
        problems=problems,
        classes=classes,
    )


def _question(found: Sequence[Task], wanted: str | None, by: By, top: Path) -> tuple[str | None, list[str]]:
    """The choices that tell the label, and what is to be said about others.

    The short form does not tell a choice from a fact that came with the task, such as a patient's number: where there are regions, such a
    text is taken for the label only if it is asked for.
    """
    choices, on_regions, texts = _questions(found)
    if wanted and wanted not in (there := (*choices, *on_regions, *texts)):
        raise UserError("data.options.question", f"there are no choices {wanted!r}", f"There are: {some(there) or 'none'}.")
    if wanted or by not in ("auto", "image"):
        return wanted, []
    names = choices or ([] if any(task.regions for task in found) else texts)
    if len(names) > 1:
        reason = f"has answers to several questions ({some(names)}), and it is unclear which of them is the label"
        raise UserError(top, reason, f"Name it: data.options={{question: {names[0]}}}, or take the regions: {{by: object}}.")
    unused = [name for name in texts if name not in names]
    notes = [f"Not used: {some(unused)}; data.options={{question: NAME}} takes one of them as the label"] if unused else []
    return (names[0] if names else None), notes


def _questions(found: Sequence[Task]) -> tuple[list[str], list[str], list[str]]:
    """Those answered on images, those on regions alone, and what else the short form holds."""
    choices = {name for task in found for name, answers in task.choices.items() if answers}
    on_regions = {name for task in found for region in task.regions for name in region["answers"]}
    texts = {name for task in found for name in task.texts}
    return sorted(choices), sorted(on_regions - choices), sorted(texts - choices)


def _image(file: Path, task: Task, question: str | None, on_regions: bool, pictures: PictureFiles) -> Image:
    path = _path(file, task, pictures)
    declared = next((size for region in task.regions if (size := _declared(region))), None)
    size = declared or (size_if_readable(path) if task.regions else None)
    wheres = ((f"{task.where} region {number}", region) for number, region in enumerate(task.regions, start=1))
    things = [_thing(region, size, _name(region, question, on_regions, where), where) for where, region in wheres]
    whole = one_label((task.choices | task.texts).get(question or "", []), task.where, "choice")
    image = Image(pictures.id(path), path, things, task.where, split_of(path, pictures.top), declared, whole)
    return told(task.facts, task.where).of(image)


def _path(file: Path, task: Task, pictures: PictureFiles) -> Path:
    """The image of a task: by its path, by its name, or by its name without what Label Studio put before it."""
    near = [file.parent, file.parent / "images", pictures.top]
    name = PurePosixPath(PureWindowsPath(task.image.split("?d=")[-1].split("?")[0]).as_posix()).name
    for way in (task.image, task.upload, PREFIX.sub("", name), PREFIX.sub("", task.upload)):
        if way and (found := pictures.named(way, near, task.where)):
            return found
    return file.parent / name  # the survey names a single one that is missing


def _declared(region: Mapping[str, Any]) -> Size | None:
    return export_files.size(region.get("original_height"), region.get("original_width"))


def _name(region: Mapping[str, Any], question: str | None, on_regions: bool, where: str) -> str:
    """What a region is: the answer to the question, if that is asked of regions; else its name, or its only answer.

    Raises:
        UserError: no answer, or several names.
    """
    names, answers = region["labels"], region["answers"]
    if question and on_regions:
        if question not in answers:
            raise UserError(where, f"has no answer to {question!r}", "Give it one, or remove the region.")
        return one_label(answers[question], where, f"answer to {question!r}") or "region"
    if not question and names and answers:
        asked = next(iter(answers))
        reason = f"is called {some(names)} and has the answer {some(answers[asked])} to {asked!r}"
        raise UserError(where, reason, f"data.options={{question: {asked}}} takes the answers for the label.")
    return one_label(names or [one for given in answers.values() for one in given], where, "name") or "region"


def _thing(region: Mapping[str, Any], size: Size | None, name: str, where: str) -> Marked:
    if region.get("image_rotation"):
        raise UserError(where, "was drawn on an image that was turned in Label Studio", "Turn it back there, or turn the file itself.")
    if size is None:
        return Marked(name, 0, None)
    mark, area = _mark(region, size, where)
    return Marked(name, area, mark)


def _mark(region: Mapping[str, Any], size: Size, where: str) -> tuple[Annotation | None, float]:
    """What a region marks, and its area. Its numbers are per cent of the width and the height of the image."""
    height, width = size

    def number(key: str, of: int) -> float:
        return table_cells.number(region.get(key), f"{where} {key}") / 100 * of

    if "rle" in region:
        try:
            packed = bytes(export_files.sequence(region["rle"], where))
        except (TypeError, ValueError):
            raise UserError(where, "has a painted mask that is not a list of bytes", "Export the annotations again.") from None
        mask = BrushMask(where, size, packed)
        return Annotation("mask", mask), float((mask.draw() > 0).sum())
    if "points" in region:
        points = tuple((x / 100 * width, y / 100 * height) for x, y in export_files.pairs(region["points"], where))
        return (Annotation("polygon", points=points) if len(points) > 2 else None), shapes.area(points)
    turn = table_cells.number(region.get("rotation") or 0, f"{where} rotation")
    x, y = number("x", width), number("y", height)
    if "radiusX" in region:
        rx, ry = number("radiusX", width), number("radiusY", height)
        return Annotation("polygon", points=shapes.ellipse(x, y, rx, ry, turn)), math.pi * rx * ry
    if "height" not in region:
        return None, 0  # a key point, whose width is that of its dot
    w, h = number("width", width), number("height", height)
    if w <= 0 or h <= 0:
        return None, 0
    if turn:
        return Annotation("polygon", points=shapes.rectangle(x, y, w, h, turn, (x, y))), w * h
    return Annotation("box", points=((x, y, x + w, y + h),)), w * h
