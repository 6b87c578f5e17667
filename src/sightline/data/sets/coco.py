"""Objects in images, as a COCO file of instances lists them; becomes one label and one ROI per image (Lin et al. 2014)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from sightline.data.annotation import Size
from sightline.data.roots import existing
from sightline.data.sets.objects import Empty, Marked, Rule, label_of, marks_of, marks_of_empty
from sightline.data.sets.outlines import outline
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = "The format is COCO's (cocodataset.org); most labelling tools export it."
LAYOUT = "a .json file of instances with its images beside it, or a folder with annotations/instances_train2017.json and train2017/"
PARTS = {"**/*.json": "the objects of each split", "**/*.[jp]*g": "images"}

Hint = Literal["mask", "box"]


def read(
    root: Path | None,
    *,
    images: Path | None = None,
    annotation: Hint = "mask",
    label: Rule = "refuse",
    background: str | None = None,
    empty: Empty = "unknown",
) -> list[Record]:
    """One record per image: its label is the category of its objects, its annotation where the objects of that category are.

    A folder with several files holds the owner's split, which their names or folders tell. An object without outline is marked by its
    box; one whose box has no area counts for the label, but marks nothing.

    Args:
        images: folder of the images, relative to `root`; None: where a file of the list is found.
        annotation: outlines or boxes.
        label: of an image with objects of several categories: `refuse` it, or take that of the `largest`.
        background: class of the images without objects; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see (000's nonsuspicious images).

    Raises:
        UserError: not a COCO file, images that are not found, an image of several categories.
    """
    top = existing(root, LAYOUT, WHERE)
    files = [top] if top.is_file() else _files(top)
    records = []
    for file in files:
        listed = _listed(file, annotation)
        folder = (top if top.is_dir() else top.parent) / images if images else _images(file, [name for name, _ in listed])
        for name, things in listed:
            found = label_of(things, label, f"{file}: {name}") or background
            if found is None:
                continue
            records.append(
                Record(
                    id=name if len(files) == 1 else f"{file.parent.name}/{file.stem}/{name}",
                    image=folder / name,
                    label=found,
                    split=_split(file) if len(files) > 1 else None,
                    annotations=marks_of(things, found) if things else marks_of_empty(empty),
                )
            )
    return records


def _files(folder: Path) -> list[Path]:
    for pattern in ("annotations/instances_*.json", "annotations/[!.]*.json", "[!.]*.json", "*/[!.]*.json"):
        if found := sorted(folder.glob(pattern)):
            return found
    raise UserError(folder, "holds no .json file", f"Expected: {LAYOUT}. {WHERE}")


def _split(file: Path) -> str | None:
    """`instances_train2017.json` and `train/_annotations.coco.json` are of the training set."""
    words = re.findall("[a-z]+", f"{file.parent.name} {file.stem}".lower())
    return next((SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES), None)


def _content(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise UserError(file, f"is not JSON ({error})", "Export the annotations again.") from None
    for key in ("images", "categories", "annotations"):
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            raise UserError(file, f"is not a COCO file of instances: it has no list of {key}", f"Expected: {LAYOUT}. {WHERE}")
    return content


def _images(file: Path, names: Sequence[str]) -> Path:
    """The folder in which the first image of the list is found."""
    name = names[0] if names else ""
    own = file.stem.removeprefix("instances_")
    above = (file.parent, file.parent.parent)
    folders = [top / inner for top in above for inner in ("", own, "images", f"images/{own}")]
    for folder in folders:
        if (folder / name).exists():
            return folder
    raise UserError(file, f"its first image {name} is not found beside it", "Name the folder of the images in data.options.images.")


def _listed(file: Path, annotation: Hint) -> list[tuple[str, list[Marked]]]:
    """(file name, objects) of each image of the list."""
    content = _content(file)
    try:
        names = {entry["id"]: str(entry["name"]) for entry in content["categories"]}
        sizes = {image["id"]: (image["height"], image["width"]) for image in content["images"]}
        objects: dict[Any, list[Marked]] = {id: [] for id in sizes}
        for entry in content["annotations"]:
            image, where = entry["image_id"], f"{file} annotation {entry.get('id')}"
            if image not in sizes or entry["category_id"] not in names:
                reason = f"names image {image} and category {entry['category_id']}, one of which is not listed"
                raise UserError(where, reason, "Export the annotations again.")
            objects[image].append(_object(entry, names[entry["category_id"]], sizes[image] if annotation == "mask" else None, where))
        return [(str(image["file_name"]), objects[image["id"]]) for image in content["images"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(file, f"has an entry that is incomplete or wrong: {error!r}", "Export the annotations again.") from None


def _object(entry: Mapping[str, Any], category: str, size: Size | None, where: str) -> Marked:
    """An entry of the list; by its outline where the (H, W) of its image is given."""
    x, y, width, height = map(float, entry["bbox"])
    mark = Annotation("box", points=((x, y, x + width, y + height),)) if width > 0 and height > 0 else None
    if size and (drawn := outline(entry.get("segmentation"), size, where)):
        mark = Annotation("mask", drawn)
    return Marked(category, float(entry.get("area", width * height)), mark)
