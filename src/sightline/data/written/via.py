"""The JSON of annotations of the VGG Image Annotator 2: rectangles and polygons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sightline.data.written.entries import Box, Content, Entry, Shape, relative

HAS_POINTS = True
LABEL = "label"  # name of the attribute


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """One file with every image. Its class and the facts of `told` are attributes of the file.

    VIA has no masks: they are written as polygons that cover the same pixels.
    """
    tree = {}
    for entry in entries:
        drawn, name, size = entry.drawn(), relative(entry.path, out.parent), entry.path.stat().st_size
        facts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in drawn.facts.items()}
        shapes = [made for shape in drawn.shapes for made in _shapes(shape)]
        shapes += [{"name": "point", "cx": x, "cy": y} for x, y in drawn.points]
        tree[f"{name}{size}"] = {
            "filename": name,
            "size": size,
            "regions": [{"shape_attributes": made, "region_attributes": {LABEL: entry.record.label}} for made in shapes],
            "file_attributes": {LABEL: entry.record.label, **facts},
        }
    yield out.name, json.dumps(tree, ensure_ascii=False).encode()


def _shapes(shape: Shape) -> list[dict[str, Any]]:
    if isinstance(shape, Box):
        x0, y0, x1, y1 = shape.corners
        return [{"name": "rect", "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}]
    return [
        {"name": "polygon", "all_points_x": [x for x, _ in points], "all_points_y": [y for _, y in points]} for points in shape.outlines()
    ]
