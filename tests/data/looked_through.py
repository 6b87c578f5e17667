"""Images as a survey saw them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from sightline.data.facts import Facts
from sightline.types import Record


def look(seed: int, like: np.ndarray | None = None, noise: float = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pixels = rng.normal(size=(16, 16)) if like is None else like.astype(float) + noise * rng.normal(size=(16, 16)) / 16
    pixels = pixels - pixels.mean()
    return (pixels / np.linalg.norm(pixels)).astype(np.float16)


def facts(thumbnail: np.ndarray | None, pixels: str, file: str | None = None) -> Facts:
    large = None if thumbnail is None else thumbnail.repeat(3, axis=0).repeat(3, axis=1)  # (48, 48)
    return Facts((8, 8), file or f"file {pixels}", pixels, large, False, None)


def record(id: str, label: str = "x", group: str | None = None) -> Record:
    return Record(id, Path(f"{id}.png"), label, group)


def noise(path: Path, seed: int = 0, size: tuple[int, int] = (20, 30)) -> Path:
    """A picture of (H, W) random colours."""
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)).save(path)
    return path
