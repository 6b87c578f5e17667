"""COCO's JSON of instances (Lin et al. 2014): boxes, outlines as polygons, masks as runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sightline.data.sets import shapes as polygons
from sightline.data.sets.rle import text_of
from sightline.data.written.entries import Box, Content, Entry, Outlines, Pixels, Shape, relative


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """One file with every image. COCO has no place for the class of an image or the facts of `told`: they stand beside its file name."""
    number = {name: i for i, name in enumerate(classes, start=1)}
    images, objects = [], list[dict[str, Any]]()
    for id, entry in enumerate(entries, start=1):
        drawn = entry.drawn()
        height, width = drawn.size
        named = {"id": id, "file_name": relative(entry.path, out.parent), "height": height, "width": width}
        images.append({**named, "label": entry.record.label, **drawn.facts})
        for shape in drawn.shapes:
            category = {"id": len(objects) + 1, "image_id": id, "category_id": number[entry.record.label], "iscrowd": 0}
            objects.append(category | _object(shape))
    categories = [{"id": i, "name": name} for name, i in number.items()]
    tree = {"info": {"description": "Written by sightline."}, "images": images, "annotations": objects, "categories": categories}
    yield out.name, json.dumps(tree, ensure_ascii=False).encode()


def _object(shape: Shape) -> dict[str, Any]:
    match shape:
        case Box((x0, y0, x1, y1)):
            return {"segmentation": [], "bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0)}
        case Outlines(parts):
            flat = [[value for point in part for value in point] for part in parts]
            xs, ys = (np.concatenate([part[start::2] for part in flat]) for start in (0, 1))
            box = [float(xs.min()), float(ys.min()), float(np.ptp(xs)), float(np.ptp(ys))]
            return {"segmentation": flat, "bbox": box, "area": float(sum(map(polygons.area, parts)))}
        case Pixels(inside):
            x0, y0, x1, y1 = shape.bounds
            runs = {"size": list(inside.shape), "counts": text_of(inside)}
            return {"segmentation": runs, "bbox": [x0, y0, x1 - x0, y1 - y0], "area": int(inside.sum())}
