"""labelme's JSON: one file for each image, with polygons, rectangles and masks."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from sightline.data.written.entries import Box, Content, Drawn, Entry, Outlines, Pixels, Shape, relative

HAS_POINTS = True
VERSION = "5.4.1"  # of labelme, whose files these are like


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """A file for each image. Its class is the flag that is set; the facts of `told` are further keys, which labelme keeps."""
    stems = Counter(entry.name.with_suffix("") for entry in entries)
    for entry in entries:
        stem = entry.name.with_suffix("")
        name = (stem if stems[stem] == 1 else entry.name).as_posix() + ".json"
        drawn = entry.drawn()
        height, width = drawn.size
        tree = {
            "version": VERSION,
            "flags": {one: one == entry.record.label for one in classes},
            "shapes": [made for shape in drawn.shapes for made in _shapes(shape, entry.record.label)] + _points(drawn, entry.record.label),
            "imagePath": relative(entry.path, (out / name).parent),
            "imageData": None,
            "imageHeight": height,
            "imageWidth": width,
            **drawn.facts,
        }
        yield name, json.dumps(tree, ensure_ascii=False, indent=1).encode()


def _given(label: str) -> dict[str, Any]:
    return {"label": label, "group_id": None, "description": "", "flags": {}}


def _points(drawn: Drawn, label: str) -> list[dict[str, Any]]:
    return [{**_given(label), "shape_type": "points", "points": drawn.points}] if drawn.points else []


def _shapes(shape: Shape, label: str) -> list[dict[str, Any]]:
    given = _given(label)
    match shape:
        case Box((x0, y0, x1, y1)):
            return [{**given, "shape_type": "rectangle", "points": [[x0, y0], [x1, y1]]}]
        case Outlines(parts):
            return [{**given, "shape_type": "polygon", "points": part} for part in parts]
        case Pixels(inside):
            x0, y0, x1, y1 = shape.bounds
            patch = io.BytesIO()
            Image.fromarray(inside[y0:y1, x0:x1]).save(patch, "PNG")
            mask = base64.b64encode(patch.getvalue()).decode()
            return [{**given, "shape_type": "mask", "points": [[x0, y0], [x1 - 1, y1 - 1]], "mask": mask}]
