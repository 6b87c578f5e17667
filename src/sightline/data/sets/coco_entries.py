"""The entries of a COCO file, one by one, each named in words where it cannot be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sightline.data import table_cells
from sightline.data.annotation import Size
from sightline.data.sets import formats
from sightline.data.sets.export_files import load_json, mapping, size
from sightline.data.sets.label_by import attribute_of, unused_attributes
from sightline.data.sets.objects import Marked
from sightline.data.sets.outlines import PolygonsMask, RunsMask, outline
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.types import Annotation

REMEDY = "Export the annotations again."
Hint = Literal["mask", "box"]
SLACK, MOST = 2, 0.8  # pixels around a box, and the share of an outline's own box that has to lie in it: people round, and draw loosely


@dataclass(frozen=True)
class Listed:
    """An image of the list: its `name` as the file spells it, its (H, W) where declared, the entries of its objects, its own `label`, and
    what else the list says of it."""

    name: str
    size: Size | None
    entries: list[Mapping[str, Any]]
    label: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CocoFile:
    """A COCO file: its images, the category of each id, and what is odd about it."""

    images: list[Listed]
    categories: Mapping[str, str]
    notes: list[str]


def is_coco(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("images"), list) and isinstance(content.get("annotations"), list)


def listed(file: Path, expected: str, attribute: str | None = None) -> CocoFile:
    """Reads a COCO file. `"0"`, `0` and `0.0` are one id.

    Args:
        expected: the layout, for the message.
        attribute: of the annotations, which takes the place of their category.

    Raises:
        UserError: not a COCO file; an entry without id or name; an id twice; an annotation of an image or category that is not listed.
    """
    content = load_json(file)
    _refuse_others(file, content, expected)
    categories = _categories(file, content["categories"])
    images = _images(file, content["images"])
    ids = Counter[str]()
    for number, entry in enumerate(content["annotations"], start=1):
        where = name_of(file, mapping(entry, f"{file} annotation number {number}"), number)
        image, category = _id(entry, "image_id", where), _id(entry, "category_id", where)
        if image not in images or category not in categories:
            raise UserError(where, f"names image {image} and category {category}, one of which is not listed", REMEDY)
        ids[str(entry.get("id"))] += 1
        told = attribute_of(entry.get("attributes"), attribute, where) if attribute else categories[category]
        images[image].entries.append({**entry, "category": told, "where": where})
    twice = [id for id, number in ids.items() if number > 1 and id != "None"]
    notes = [f"{file.name}: annotations of different objects share an id ({some(twice)})"] if twice else []
    if not attribute:
        things = [entry for image in images.values() for entry in image.entries]
        notes += unused_attributes([entry["category"] for entry in things], [entry.get("attributes") for entry in things])
    return CocoFile(list(images.values()), categories, notes)


def _refuse_others(file: Path, content: Any, expected: str) -> None:
    """Refuses what is not a COCO file of instances."""
    if isinstance(content, list) and content and isinstance(content[0], dict) and "image_id" in content[0]:
        reason = "is a list of COCO results, which names neither images nor categories"
        remedy = "Give the file of instances to which they belong; as annotations, put them into it under `annotations`."
        raise UserError(file, reason, remedy)
    for key in ("images", "categories", "annotations"):
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            remedy = formats.advice(file) or f"Expected: {expected}"
            raise UserError(file, f"is not a COCO file of instances: it has no list of {key}", remedy)


def _categories(file: Path, entries: Sequence[Any]) -> dict[str, str]:
    """Id -> name."""
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{file} category {number}"
        id, name = _id(entry, "id", where), _text(entry, "name", where)
        if found.setdefault(id, name) != name:
            raise UserError(file, f"gives the category id {id} to {found[id]!r} and to {name!r}", "Give every category its own id.")
    return found


def _images(file: Path, entries: Sequence[Any]) -> dict[str, Listed]:
    """Id -> image, as yet without objects."""
    found: dict[str, Listed] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{file} image {number}"
        id, name = _id(entry, "id", where), _text(entry, "file_name", where)
        label = entry.get("label") if isinstance(entry.get("label"), str) else ""
        made = Listed(name, size(entry.get("height"), entry.get("width")), [], label.strip() or None, entry)
        first = found.setdefault(id, made)
        if first.name != name:
            raise UserError(file, f"gives the image id {id} to {first.name} and to {name}", "Give every image its own id.")
    return found


def name_of(file: Path, entry: Mapping[str, Any], number: int) -> str:
    """How messages call an annotation: by its id, or by its place in the list."""
    return f"{file} annotation {entry['id']}" if isinstance(entry.get("id"), int | str) else f"{file} annotation number {number}"


def marked(entry: Mapping[str, Any], size: Size | None, hint: Hint) -> Marked:
    """An object of the list.

    Its outline is used where there is one, or its box where boxes are wanted; the one stands in for the other. An object without
    either, or whose box has no area, marks nothing.

    Args:
        entry: with `category` and `where`, as in `Listed`.
        size: (H, W) of its image; None: outlines cannot be drawn.

    Raises:
        UserError: a box or an outline that cannot be read.
    """
    where = str(entry["where"])
    box = _box(entry.get("bbox"), where)
    drawn = outline(entry.get("segmentation"), size or (1, 1), where)
    if isinstance(drawn, PolygonsMask):
        _refuse_stump(drawn, box, where)
    if drawn and box and hint == "mask":
        _refuse_elsewhere(drawn, box, where)
    if isinstance(drawn, PolygonsMask):
        box = box if box and _spread(box) else drawn.bounds()
    spread = _spread(box) if box else 0.0
    area = entry.get("area")
    area = float(area) if isinstance(area, int | float) and area > 0 else spread
    mark = None
    if drawn and (hint == "mask" or not spread):
        mark = Annotation("mask", drawn) if size or not isinstance(drawn, PolygonsMask) else None
    elif box and spread:
        mark = Annotation("box", points=(box,))
    return Marked(str(entry["category"]), area, mark)


def _box(value: Any, where: str) -> tuple[float, float, float, float] | None:
    """The box (x0, y0, x1, y1) of x, y, width, height; None where there is none."""
    if value in (None, [], ""):
        return None
    if not isinstance(value, list) or len(value) != 4:
        raise UserError(where, f"has a box that is not x, y, width, height: {value!r:.60}", REMEDY)
    x, y, width, height = (table_cells.number(number, f"{where} bbox") for number in value)
    if width < 0 or height < 0:
        raise UserError(where, f"has a box of width {width:g} and height {height:g}", "Write x, y of the upper left corner, width, height.")
    return x, y, x + width, y + height


def _refuse_stump(drawn: PolygonsMask, box: Sequence[float] | None, where: str) -> None:
    """Two points are no outline of an object of some size; a piece of less than a pixel may have no more."""
    if box and max(map(len, drawn.polygons)) < 6 and box[2] - box[0] > 2 and box[3] - box[1] > 2:
        points = max(map(len, drawn.polygons)) // 2
        reason = f"has an outline of {points} point{'s' * (points > 1)}, but a box of {box[2] - box[0]:g} x {box[3] - box[1]:g} pixels"
        raise UserError(where, reason, "Draw the outline, or remove it, so that the box is used.")


def _refuse_elsewhere(drawn: PolygonsMask | RunsMask, box: Sequence[float], where: str) -> None:
    """Refuses an outline of which more than a part lies outside of its own box: rows and columns, or x and y, are exchanged, or it is
    another object's."""
    around = drawn.bounds()
    if not around or min(box[2] - box[0], box[3] - box[1]) <= SLACK:
        return
    inner = (max(around[0], box[0] - SLACK), max(around[1], box[1] - SLACK), min(around[2], box[2] + SLACK), min(around[3], box[3] + SLACK))
    shared = _spread(inner) if inner[0] < inner[2] and inner[1] < inner[3] else 0.0
    if shared < MOST * _spread(around):
        outline, given = (" ".join(f"{value:.4g}" for value in one) for one in (around, box))
        reason = f"has an outline (within {outline}) that lies outside of its own box ({given})"
        remedy = "Check whether x and y are exchanged; COCO's runs go down the columns. data.options={annotation: box} takes the boxes."
        raise UserError(where, reason, remedy)


def _spread(box: Sequence[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _id(entry: Any, key: str, where: str) -> str:
    value = mapping(entry, where).get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int | str) or isinstance(value, bool) or not str(value).strip():
        raise UserError(where, f"has no {key}", REMEDY)
    return str(value).strip()


def _text(entry: Any, key: str, where: str) -> str:
    value = mapping(entry, where).get(key)
    if not isinstance(value, str | int) or not str(value).strip():
        raise UserError(where, f"has no {key}", REMEDY)
    return str(value)
