"""Pictures for tests: a soft bright spot on black, and the mask or map that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from torch import Tensor

from sightline.types import Annotation, Record


def spot(x: float, y: float, size: tuple[int, int], sigma: float = 3) -> np.ndarray:
    """(H, W) float64 in [0, 1], its peak at the centre of pixel (x, y)."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))


def centroid(image: Tensor | np.ndarray) -> np.ndarray:
    """(x, y), in pixels, of the brightness of (..., H, W)."""
    values = np.asarray(image, dtype=np.float64).reshape(-1, *image.shape[-2:]).sum(0)
    rows, columns = np.mgrid[: values.shape[0], : values.shape[1]]
    return np.array([(columns * values).sum(), (rows * values).sum()]) / values.sum()


@dataclass(frozen=True)
class Spot:
    """Drawn as an image, or as a grey map; `drawn` counts how often an image was."""

    x: float
    y: float
    size: tuple[int, int] = (48, 48)
    grey: bool = False
    drawn: ClassVar[list[str]] = []

    @property
    def key(self) -> str:
        return f"{self.x} {self.y} {self.size} {self.grey}"

    def draw(self) -> np.ndarray:
        pixels = np.rint(255 * spot(self.x, self.y, self.size)).astype(np.uint8)
        if self.grey:
            return pixels
        Spot.drawn.append(self.key)
        return np.repeat(pixels[..., None], 3, axis=2)


def spot_record(number: int, size: tuple[int, int] = (48, 48), **fields: object) -> Record:
    """A record whose spot and map lie at a place of its own; every third is of class `b`."""
    x, y = 12 + 7 * (number % 4), 14 + 6 * (number // 4 % 4)
    annotations = (Annotation("heatmap", Spot(x, y, size, grey=True)),)
    record = {"id": f"image {number}", "image": Spot(x, y, size), "label": "b" if number % 3 == 2 else "a", "annotations": annotations}
    return Record(**(record | fields))  # type: ignore[arg-type]
