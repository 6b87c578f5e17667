"""Feature maps as transparent green, darker where the activation is higher (002-10)."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image

from sightline.metrics.scores.localisation import upsample

GREEN = (0, 90, 50)
OPAQUE = 0.9  # share of the green where the activation is highest
PALE = 0.65  # share that is left of the picture, so that green is seen on dark lesions, too
LEVELS = 64


def strength(feature: np.ndarray, scale: float) -> np.ndarray:
    """The positive part of a map as a share of `scale`, in [0, 1]; nothing where `scale` is 0. (..., h, w) -> (..., h, w) float32"""
    result: np.ndarray = np.clip(np.maximum(feature, 0) / scale if scale > 0 else np.zeros_like(feature), 0, 1).astype(np.float32)
    return result


def tint(image: np.ndarray, feature: np.ndarray, scale: float | None = None) -> np.ndarray:
    """A feature map over its picture, rescaled to the picture's size.

    Args:
        image: (H, W, 3) uint8.
        feature: (h, w), raw; only what is positive is shown.
        scale: activation that is shown darkest; None: the map's own maximum. Give the same for pictures that are to be compared.

    Returns:
        (H, W, 3) uint8.
    """
    top = float(np.max(feature)) if scale is None else scale
    cover = OPAQUE * upsample(strength(feature, top)[None], image.shape[:2])[0][..., None]  # (H, W, 1)
    pale = 255 - (255 - image.astype(np.float32)) * PALE
    result: np.ndarray = np.rint(pale * (1 - cover) + np.array(GREEN, np.float32) * cover).astype(np.uint8)
    return result


def sheet(features: np.ndarray) -> tuple[bytes, int]:
    """All maps of a layer in one picture whose every pixel is the same green, more or less transparent.

    Args:
        features: (K, h, w) in [0, 1].

    Returns:
        PNG with `LEVELS` steps, and how many maps stand in a row.
    """
    k, h, w = features.shape
    columns = math.ceil(math.sqrt(k))
    cells = np.zeros((math.ceil(k / columns) * columns, h, w), np.uint8)
    cells[:k] = np.rint(features * (LEVELS - 1))
    rows = cells.reshape(-1, columns, h, w).transpose(0, 2, 1, 3).reshape(-1, columns * w)  # (rows * h, columns * w)
    picture = Image.fromarray(rows, "P")
    picture.putpalette(GREEN * LEVELS)
    buffer = io.BytesIO()
    alphas = bytes(round(255 * OPAQUE * level / (LEVELS - 1)) for level in range(LEVELS))
    picture.save(buffer, "PNG", transparency=alphas, optimize=True)
    return buffer.getvalue(), columns
