"""Folders of classes with small pictures and masks in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from sightline.types import Records


def touch(root: Path, *names: str) -> Path:
    """Black pictures of 4 x 4 pixels."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(path)
    return root


def photo(path: Path) -> None:
    """Coloured noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(str(path))).integers(0, 255, (24, 24, 3), np.uint8)
    Image.fromarray(noise).save(path)


def mask(path: Path, level: int = 255) -> None:
    """A square on black."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((24, 24), np.uint8)
    pixels[6:18, 6:18] = level
    Image.fromarray(pixels).save(path)


def draw(root: Path, photos: str, masks: str = "") -> Path:
    """Photographs and masks, their names divided by blanks."""
    for name in photos.split():
        photo(root / name)
    for name in masks.split():
        mask(root / name)
    return root


def pairs(records: Records, root: Path) -> dict[str, list[str]]:
    """Image -> its masks."""
    return {r.id: sorted(mark.source.relative_to(root).as_posix() for mark in r.annotations) for r in records}  # type: ignore[union-attr]
