"""How a picture looks in a few numbers, and how many bytes its file takes: what a network could learn instead of the finding."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

SEEN = 100_000  # pixels that are looked at, at most, spread evenly over the picture
BORDER = 0.05  # of the height and of the width, on each side
GREY = 6.0  # saturation, see below, up to which a picture is grey: what JPEG leaves of colour in one


class Looks(NamedTuple):
    """Levels are those of the picture as it is shown, 0 to 255.

    Attributes:
        file_size: bytes.
        brightness: mean level.
        contrast: standard deviation of the levels.
        saturation: mean distance between the strongest and the weakest of red, green and blue.
        border_brightness: mean level of the outer 5 %.
        border_warmth: mean of red less blue there.
        sharpness: variance of the Laplacian of green, of neighbouring pixels at full size.
    """

    file_size: float
    brightness: float
    contrast: float
    saturation: float
    border_brightness: float
    border_warmth: float
    sharpness: float


def looks_of(image: np.ndarray, file_size: int) -> Looks:
    """The looks of an (H, W, 3) uint8 picture whose file has `file_size` bytes."""
    step = math.ceil((image.shape[0] * image.shape[1] / SEEN) ** 0.5)
    red, green, blue = (image[::step, ::step, c].astype(np.float32) for c in range(3))  # (h, w); much faster than means of three
    levels = (red + green + blue) / 3
    chroma = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    rim = _rim(levels.shape[0], levels.shape[1])
    return Looks(
        file_size=float(file_size),
        brightness=float(levels.mean()),
        contrast=float(levels.std()),
        saturation=float(chroma.mean()),
        border_brightness=float(levels[rim].mean()),
        border_warmth=float((red - blue)[rim].mean()),
        sharpness=_sharpness(image[..., 1], step),
    )


def _rim(height: int, width: int) -> np.ndarray:
    """(H, W) bool: the outer 5 %, at least one pixel wide."""
    rim = np.ones((height, width), bool)
    y, x = (max(1, round(length * BORDER)) for length in (height, width))
    rim[y:-y, x:-x] = False
    return rim


def _sharpness(green: np.ndarray, step: int) -> float:
    """Variance of the Laplacian of (H, W) uint8 at every `step`-th pixel inside; 0 of a picture without an inside."""
    if min(green.shape) < 3:
        return 0.0
    up, down, left, right, middle = (
        part[::step, ::step].astype(np.int16)
        for part in (green[:-2, 1:-1], green[2:, 1:-1], green[1:-1, :-2], green[1:-1, 2:], green[1:-1, 1:-1])
    )
    return float((up + down + left + right - 4 * middle).var())
