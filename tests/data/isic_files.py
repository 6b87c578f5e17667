"""Files of a miniature of the ISIC challenges and the archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (8, 12)  # (H, W)


def name(number: int) -> str:
    return f"ISIC_{number:07d}"


def table(path: Path, lines: list[str], end: str = "\r\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + end for line in lines).encode())


def photo(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE[::-1], (number % 256, 90, 60)).save(path)


def mask(path: Path, pixel: int | None) -> None:
    """One pixel inside, counted row by row: it names its image. None: all black."""
    path.parent.mkdir(parents=True, exist_ok=True)
    inside = np.zeros(SIZE, np.uint8)
    if pixel is not None:
        inside.flat[pixel % inside.size] = 255
    Image.fromarray(inside).save(path)


def superpixels(path: Path, index: np.ndarray) -> None:
    """(H, W) indices, as the challenge writes them."""
    colours = np.stack([index % 256, index // 256 % 256, index // 65536], axis=2)
    Image.fromarray(colours.astype(np.uint8)).save(path)
