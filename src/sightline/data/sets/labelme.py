"""Shapes that somebody drew with labelme: a JSON file for each image; becomes one label and one ROI per image."""

from __future__ import annotations

import base64
import binascii
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures
from PIL import ImageOps

from sightline.data import table_cells
from sightline.data.annotation import Size
from sightline.data.problems import each
from sightline.data.roots import existing
from sightline.data.sets import export_files, formats, shapes
from sightline.data.sets.label_by import By, labelled, one_label
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.told import told
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Annotation, Picture, Records

WHERE = "The files are labelme's (github.com/wkentaro/labelme)."
LAYOUT = "images, and for each a .json file of labelme beside it or in a folder beside theirs"
PARTS = {"**/*.json": "the shapes of each image"}


def read(
    root: Path | None,
    *,
    by: By = "auto",
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per file: its label is that of its shapes, a flag that is set for the image, or its folder.

    Polygons, rectangles, circles and masks say where to look; points and lines count for the label only. An image that is not found is
    taken from its file, where that holds it.

    Args:
        by: what tells the label: `object` (the shapes), `image` (the flag that is set), `folder`, or `auto`, see `label_by`.
        label: of an image with shapes of several labels: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the images without shapes; None leaves them out.
        empty: what is known of them: nothing (`unknown`), or that there is `nothing` to see.

    Raises:
        UserError: no files of labelme, one that cannot be read, an image that is not found, an image of several labels.
    """
    top = existing(root, LAYOUT, WHERE)
    pictures = PictureFiles.of(top)
    files, notes = formats.files_of(top, pictures, "labelme", ".json", f"{LAYOUT}. {WHERE}")
    problems: list[UserError] = []
    images = each(lambda file: _image(file, pictures), files, problems)
    categories = {thing.category for image in images for thing in image.things}
    if by == "auto" and len(categories) > 1 and not categories & {image.label for image in images}:
        by = "object"  # flags often say something else, such as that an image is blurred
    inner = sum(isinstance(image.path, EmbeddedImage) for image in images)
    notes += [f"{count(inner, 'image')} taken from the .json files, which hold them"] if inner else []
    return labelled(
        images, pictures, by, rule=label, background=background, empty=empty, whole="flag", notes=notes, problems=problems, classes=classes
    )


@dataclass(frozen=True)
class EmbeddedImage:
    """The picture that a file of labelme holds."""

    file: Path

    @property
    def key(self) -> str:
        status = self.file.stat()
        return f"labelme {self.file.absolute()} {status.st_mtime_ns} {status.st_size}"

    def draw(self) -> np.ndarray:
        """(H, W, 3) uint8.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        return _decoded(export_files.mapping(export_files.load_json(self.file), str(self.file)).get("imageData"), str(self.file), "RGB")


@dataclass(frozen=True)
class PatchMask:
    """A mask that covers a part of its image.

    Attributes:
        where: names it in messages.
        size: (H, W) of the image.
        corner: (x, y) of the patch.
        content: the patch, a picture in base64.
    """

    where: str
    size: Size
    corner: tuple[int, int]
    content: str

    @property
    def key(self) -> str:
        return f"labelme-patch {self.size} {self.corner} {self.content}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: it cannot be read, or lies outside the image.
        """
        patch = _decoded(self.content, self.where, "L") > 0
        (x, y), (height, width) = self.corner, patch.shape
        mask = np.zeros(self.size, np.uint8)
        if x < 0 or y < 0 or y + height > self.size[0] or x + width > self.size[1]:
            raise UserError(self.where, "its mask lies outside the image", "Draw it again.")
        mask[y : y + height, x : x + width][patch] = 255
        return mask


def _decoded(content: Any, where: str, mode: str) -> np.ndarray:
    try:
        with Pictures.open(io.BytesIO(base64.b64decode(content, validate=True))) as picture:
            upright = ImageOps.exif_transpose(picture)
            return np.array(upright.convert(mode))
    except (TypeError, ValueError, binascii.Error, OSError, SyntaxError):
        raise UserError(where, "holds a picture that cannot be read", "Export the annotations again.") from None


def _image(file: Path, pictures: PictureFiles) -> Image:
    where = str(file)
    content = export_files.mapping(export_files.load_json(file), where)
    size = export_files.size(content.get("imageHeight"), content.get("imageWidth"))
    path = _picture(file, content, pictures)
    things = [
        _thing(export_files.mapping(shape, f"{where} shape {number}"), size, f"{where} shape {number}")
        for number, shape in enumerate(export_files.sequence(content.get("shapes"), where), start=1)
    ]
    flags = content.get("flags") or {}
    label = one_label([name for name, is_set in flags.items() if is_set is True], where, "flag") if isinstance(flags, dict) else None
    at = path if isinstance(path, Path) else file
    return told(content, where).of(Image(pictures.id(at), path, things, where, split_of(at, pictures.top), size, label))


def _picture(file: Path, content: Mapping[str, Any], pictures: PictureFiles) -> Picture:
    """The image beside the file, that of its name, one that lies elsewhere, or that in the file itself."""
    name = str(content.get("imagePath") or "")
    path = name.replace("\\", "/")
    if name and (file.parent / path).is_file():
        return (file.parent / path).resolve() if ".." in path else file.parent / path
    if found := pictures.beside(file) or (pictures.named(name, [file.parent], str(file)) if name else None):
        return found
    if content.get("imageData"):
        embedded = EmbeddedImage(file)
        embedded.draw()
        return embedded
    raise UserError(file, f"its image {name or file.stem} is not found", "Add the image, or remove its annotations.")


def _thing(shape: Mapping[str, Any], size: Size | None, where: str) -> Marked:
    name = str(shape.get("label") or "").strip()
    if not name:
        raise UserError(where, "has no label", "Give it one, or remove it.")
    points = export_files.pairs(shape.get("points"), where)
    mark, area = _mark(str(shape.get("shape_type") or "polygon"), points, shape, size, where)
    return Marked(name, area, mark)


def _mark(
    kind: str, points: Sequence[tuple[float, float]], shape: Mapping[str, Any], size: Size | None, where: str
) -> tuple[Annotation | None, float]:
    """What a shape marks, and its area."""
    match kind, points:
        case (("polygon" | "oriented_rectangle" | "rotation"), [_, _, _, *_]):
            return Annotation("polygon", points=tuple(points)), shapes.area(tuple(points))
        case "rectangle", [_, _, *_]:
            xs, ys = zip(*points, strict=True)
            box = (min(xs), min(ys), max(xs), max(ys))
            area = (box[2] - box[0]) * (box[3] - box[1])
            return (Annotation("box", points=(box,)) if area else None), area
        case "circle", [(x, y), edge]:
            radius = math.dist((x, y), edge)
            return Annotation("polygon", points=shapes.ellipse(x, y, radius, radius)), math.pi * radius**2
        case "mask", [(x, y), *_] if size:
            corner = (round(table_cells.number(x, where)), round(table_cells.number(y, where)))
            patch = PatchMask(where, size, corner, str(shape.get("mask")))
            return Annotation("mask", patch), float(np.count_nonzero(patch.draw()))
        case (("point" | "points" | "line" | "linestrip"), _):
            return None, 0
    raise UserError(
        where, f"is a {kind} of {count(len(points), 'point')}, which cannot be read", "Draw it again, as a polygon or rectangle."
    )
