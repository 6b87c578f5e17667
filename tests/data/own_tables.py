"""Small tables of one's own, with their pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from sightline.data.sets.table import read
from sightline.types import Records


def pictures(folder: Path, *names: str, size: tuple[int, int] = (40, 30)) -> None:
    """Black pictures of a (width, height)."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", size).save(folder / name)


def read_csv(folder: Path, text: str, **options: Any) -> Records:
    """What the reader makes of a CSV."""
    (folder / "t.csv").write_text(text, encoding="utf-8", newline="")
    return read(folder / "t.csv", **options)


def read_json(folder: Path, rows: Sequence[dict[str, Any]], **options: Any) -> Records:
    """What the reader makes of JSON Lines."""
    (folder / "t.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return read(folder / "t.jsonl", **options)
