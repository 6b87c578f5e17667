"""A miniature of COCO: its entries, its files, and what becomes of an image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sightline.data.annotation import render
from sightline.data.images import image_size
from sightline.types import Record

CATEGORIES = [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}, {"id": 90, "name": "toothbrush", "supercategory": "indoor"}]
LEFT, RIGHT = [0, 1, 3, 1, 3, 4, 0, 4], [6.0, 1.0, 9.0, 1.0, 9.0, 4.0, 6.0, 4.0]


def entry(id: int, image: int, category: int, bbox: list[float], segmentation: Any = None, **more: Any) -> dict[str, Any]:
    """An annotation."""
    found = {"id": id, "image_id": image, "category_id": category, "bbox": bbox, "area": bbox[2] * bbox[3], "iscrowd": 0}
    return found | ({} if segmentation is None else {"segmentation": segmentation}) | more


OBJECTS = [
    entry(7, 1, 90, [0, 1, 9, 3], [LEFT, RIGHT, LEFT]),  # one object in two pieces, one of them outlined twice
    entry(8, 2, 1, [0, 0, 2, 7], {"size": [7, 10], "counts": [0, 14, 56]}, iscrowd=1),
    entry(9, 2, 1, [4.5, 2, 3, 4], [[4.5, 2, 7.5, 2, 7.5, 6]]),
    entry(10, 4, 18, [1.5, 1, 4, 4]),  # no outline
]


def write(root: Path, split: str, objects: list[dict[str, Any]], count: int = 4) -> Path:
    """One split: its pictures, and the file that lists them."""
    images = [{"id": i, "file_name": f"{i:012d}.jpg", "width": 10, "height": 7} for i in range(1, count + 1)]
    (root / split).mkdir(parents=True)
    for image in images:
        Image.new("RGB", (10, 7), (10, 20, 30)).save(root / split / str(image["file_name"]))
    path = root / "annotations" / f"instances_{split}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"images": images, "categories": CATEGORIES, "annotations": objects}), encoding="utf-8")
    return path


def change(file: Path, **lists: Any) -> None:
    """Puts other lists into a file."""
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | lists), encoding="utf-8")


def coco_set(folder: Path) -> Path:
    """A data set with the official folders."""
    root = folder / "coco"
    write(root, "train2017", OBJECTS)
    write(root, "val2017", [entry(1, 1, 18, [0, 0, 5, 5])], count=1)
    (root / "annotations/captions_train2017.json").write_text("{}", encoding="utf-8")
    return root


def roi(record: Record) -> np.ndarray:
    """The map of an image that has one."""
    found = render(record.annotations, image_size(record.image), where=record.id)
    assert found is not None
    return found
