"""Label Studio's JSON: rectangles, polygons and painted masks, in per cent of the picture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sightline.data.annotation import Size
from sightline.data.sets.brush import packed
from sightline.data.written.entries import Box, Content, Entry, Outlines, Pixels, Shape, relative
from sightline.data.written.shares import shared

HAS_POINTS = True
PERCENT = 100.0
DOT = 0.5  # per cent of the width: how large a point is shown
SERVED = "/data/local-files/?d="  # the address at which Label Studio shows files of its machine


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """One file with a task for every image. Its class is a choice on the image; the facts of `told` are data of the task."""
    tasks = []
    for id, entry in enumerate(entries, start=1):
        drawn = entry.drawn()
        height, width = drawn.size
        given = {"to_name": "image", "original_width": width, "original_height": height, "image_rotation": 0}
        made = [one for shape in drawn.shapes for one in _regions(shape, drawn.size, entry.record.label)]
        made += [_point(x * PERCENT / width, y * PERCENT / height, entry.record.label) for x, y in drawn.points]
        choice = {"id": f"{id}-label", "from_name": "label", "to_name": "image", "type": "choices"}
        results = [
            {**choice, "value": {"choices": [entry.record.label]}},
            *({"id": f"{id}-{number}", **given, **region} for number, region in enumerate(made, start=1)),
        ]
        image = SERVED + quote(relative(entry.path, out.parent))
        tasks.append({"id": id, "data": {"image": image, **drawn.facts}, "annotations": [{"id": id, "result": results}]})
    yield out.name, json.dumps(tasks, ensure_ascii=False).encode()


def _point(x: float, y: float, label: str) -> dict[str, Any]:
    value = {"x": x, "y": y, "width": DOT, "keypointlabels": [label]}
    return {"from_name": "points", "type": "keypointlabels", "value": value}


def _regions(shape: Shape, size: Size, label: str) -> Iterator[dict[str, Any]]:
    height, width = size
    match shape:
        case Box((x0, y0, x1, y1)):
            place = {"x": x0 * PERCENT / width, "y": y0 * PERCENT / height, "rotation": 0}
            value = {**place, "width": (x1 - x0) * PERCENT / width, "height": (y1 - y0) * PERCENT / height}
            yield {"from_name": "rectangles", "type": "rectanglelabels", "value": {**value, "rectanglelabels": [label]}}
        case Outlines(parts):
            for points in (one for part in parts for one in shared(part, size, PERCENT)):
                yield {"from_name": "polygons", "type": "polygonlabels", "value": {"points": points, "polygonlabels": [label]}}
        case Pixels(inside):
            painted = {"format": "rle", "rle": list(packed(inside)), "brushlabels": [label]}
            yield {"from_name": "brush", "type": "brushlabels", "value": painted}
