"""Objects in images, as a COCO file of instances lists them; becomes one label and one ROI per image (Lin et al. 2014)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sightline.data.images import size_if_readable
from sightline.data.problems import each
from sightline.data.roots import existing
from sightline.data.sets import formats
from sightline.data.sets.coco_entries import Hint, Listed, is_coco, listed, marked
from sightline.data.sets.export_files import load_json
from sightline.data.sets.folder_names import meaning
from sightline.data.sets.objects import Classes, Empty, Image, Rule, records_of
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.told import told
from sightline.data.sets.walk import some
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Records

WHERE = "The format is COCO's (cocodataset.org); most labelling tools export it."
LAYOUT = "a .json file of instances with its images beside it, or a folder with annotations/instances_train2017.json and train2017/"
PARTS = {"**/*.json": "the objects of each split", "**/*.[jp]*g": "images"}


def read(
    root: Path | None,
    *,
    images: Path | None = None,
    annotation: Hint = "mask",
    attribute: str | None = None,
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per image: its label is the category of its objects, its annotation where the objects of that category are.

    A folder with several files holds the owner's split, which their names or folders tell. An object without outline is marked by its
    box; one whose box has no area counts for the label, but marks nothing. Names of images are read with backslashes, in absolute paths
    of another computer, and encoded as in an address. An image of the list may have a `label` of its own, and the facts of `told`.

    Args:
        images: folder of the images, relative to `root`; None: where a file of the list is found.
        annotation: outlines or boxes.
        attribute: name of an attribute of the objects that tells the label; None: their category does.
        label: of an image with objects of several categories: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without objects; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see (the nonsuspicious images of Figueroa et al.
            2022).

    Raises:
        UserError: not a COCO file, images that are not found, an image of several categories, an entry that cannot be read.
    """
    top = existing(root, LAYOUT, WHERE)
    files, notes = ([top], []) if top.is_file() else _files(top)
    found: list[Image] = []
    problems: list[UserError] = []
    for file in files:
        content = listed(file, f"{LAYOUT}. {WHERE}", attribute)
        notes += content.notes
        split = _split(file, top)

        def made(listed: Listed, path: Path, file: Path = file, split: str | None = split) -> Image:
            size = listed.size or (size_if_readable(path) if listed.entries and annotation == "mask" else None)
            image = Image(
                id=listed.name if len(files) == 1 else f"{file.parent.name}/{file.stem}/{listed.name}",
                path=path,
                things=[marked(entry, size, annotation) for entry in listed.entries],
                where=f"{file}: {listed.name}",
                split=split if len(files) > 1 else split_of(path, top if top.is_dir() else top.parent),
                size=listed.size,
                label=listed.label,
            )
            return told(listed.facts, image.where).of(image)

        pairs = list(zip(content.images, _paths(file, top, images, content.images, split), strict=True))
        read_here = each(lambda pair: made(*pair), pairs, problems)
        if len(read_here) == len(pairs):
            _refuse_corners(file, content.images, read_here)
        found += read_here
    return records_of(found, label, background, empty, problems=problems, said=notes, classes=classes)


def _files(folder: Path) -> tuple[list[Path], list[str]]:
    """The files of the list, and what is said about other files beside them."""
    for pattern in ("annotations/instances_*.json", "annotations/[!.]*.json", "[!.]*.json", "*/[!.]*.json", "*/annotations/[!.]*.json"):
        found = sorted(file for file in folder.glob(pattern) if file.is_file())
        files = [file for file in found if len(found) == 1 or is_coco(load_json(file))] or found[:1]
        if files:
            others = [file for file in found if file not in files]
            left_out = [f"Left out, since not COCO: {count(len(others), 'file')} ({some(file.name for file in others)})"]
            return files, left_out if others else []
    raise UserError(folder, "holds no .json file", f"Expected: {LAYOUT}. {WHERE}{_other_readers(folder)}")


def _other_readers(folder: Path) -> str:
    found = formats.notes(PictureFiles(folder).found.others, "coco")
    return f" {found[0]}." if found else ""


def _split(file: Path, top: Path) -> str | None:
    """`instances_train2017.json` and `train/_annotations.coco.json` are of the training set."""
    words = re.findall("[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", file.stem).lower())
    return next((SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES), split_of(file, top))


def _paths(file: Path, top: Path, folder: Path | None, images: Sequence[Listed], split: str | None) -> list[Path]:
    """Where each image of the list lies. A single one that is not found is left to the survey, which names it.

    Raises:
        UserError: none is found, or the name of one fits several files.
    """
    if folder:
        base = (top if top.is_dir() else top.parent) / folder
        return [base / image.name.replace("\\", "/") for image in images]
    own = file.stem.removeprefix("instances_")
    said = meaning(file.parent.name)
    above = (file.parent, file.parent.parent) if top.is_dir() or (said and said.role == "masks") else (file.parent,)
    pictures = PictureFiles(top if top.is_dir() else above[-1])
    near = [step / inner for step in above for inner in ("", own, "images", f"images/{own}")]
    first = next((step for step in near for image in images[:20] if (step / image.name).is_file()), None)
    found = [pictures.named(image.name, [first] if first else near, f"{file}: {image.name}", split) for image in images]
    if images and not any(found):
        name = images[0].name
        raise UserError(file, f"its first image {name} is not found beside it", "Name the folder of the images in data.options.images.")
    return [path or (first or file.parent) / image.name for path, image in zip(found, images, strict=True)]


def _refuse_corners(file: Path, images: Sequence[Listed], found: Sequence[Image]) -> None:
    """Refuses boxes that leave the image if read as x, y, width, height, and never do if read as two corners."""
    boxes = [
        (image.size, mark.points[0])
        for image, one in zip(images, found, strict=True)
        for thing in one.things
        if image.size and (mark := thing.mark) and mark.kind == "box"
    ]
    beyond = any(box[2] > width + 1 or box[3] > height + 1 for (height, width), box in boxes)
    corners = all(box[0] < box[2] - box[0] <= width + 1 and box[1] < box[3] - box[1] <= height + 1 for (height, width), box in boxes)
    if beyond and corners:
        reason = "has boxes that leave their images, and would fit them as two corners x0, y0, x1, y1"
        raise UserError(file, reason, "COCO's boxes are x, y, width, height: export them so.")
