"""Miniatures of what annotation tools write, for the tests of their readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sightline.data.annotation import render
from sightline.data.images import image_size
from sightline.types import Record


def picture(path: Path, size: tuple[int, int] = (10, 8)) -> Path:
    """A picture of (W, H) pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (10, 20, 30)).save(path)
    return path


def write(path: Path, content: Any) -> Path:
    """A JSON file, or a text as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def inside(record: Record) -> list[list[int]]:
    """[x0, y0, x1, y1] of the pixels that are at least half inside, ends exclusive; and how many they are."""
    found = render(record.annotations, image_size(record.image), where=record.id)
    assert found is not None
    rows, columns = np.nonzero(found >= 0.5)
    return [[int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1], [len(rows)]]
