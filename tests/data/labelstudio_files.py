"""Tasks as Label Studio exports them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tool_files import picture, write

SIZE = {"original_width": 10, "original_height": 8}


def result(kind: str, name: str | None, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A region."""
    named = {kind: [name]} if name else {}
    return {"id": "r1", "from_name": "label", "to_name": "image", "type": kind, "value": {**value, **named}, **SIZE, **more}


def choice(*names: str, question: str = "diagnosis") -> dict[str, Any]:
    """An answer on the image as a whole."""
    return {"id": "c", "from_name": question, "to_name": "image", "type": "choices", "value": {"choices": list(names)}}


def task(image: str, *results: Any, **more: Any) -> dict[str, Any]:
    """An image with one person's annotation."""
    return {
        "id": 7,
        "data": {"image": image},
        "annotations": [{"result": list(results), "was_cancelled": False}],
        "predictions": [],
        **more,
    }


def export(root: Path, *tasks: dict[str, Any], images: str = "a b") -> Path:
    """The file of an export, with pictures beside it."""
    for name in images.split():
        picture(root / f"{name}.jpg")
    return write(root / "project-1.json", list(tasks))


RECTANGLE = {"x": 30, "y": 25, "width": 40, "height": 50, "rotation": 0}  # 3..7 x 2..6
MEL = result("rectanglelabels", "mel", RECTANGLE)
NEV = result("polygonlabels", "nev", {"points": [[20, 12.5], [60, 12.5], [60, 62.5], [20, 62.5]], "closed": True})
