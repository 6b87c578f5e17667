"""Does a picture look like a mask, or like a photograph? For pictures whose name leaves it open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

LOSSLESS_COLOURS = 8  # a mask of several kinds of tissue has few exact colours
NEAR, SHARE = 24, 0.95  # JPEG and smooth edges: nearly all pixels lie this near one of two levels
BYTES_PER_PIXEL = 0.35  # a mask stored as PNG or WebP takes much less, a photograph more


def looks_like_mask(path: Path) -> bool:
    """A few exact colours, or greys that are nearly all close to one of two. False for what cannot be read."""
    pixels = _sample(path, compressed=True)
    if pixels is None:
        return False
    if len(np.unique(pixels.reshape(-1, 3), axis=0)) <= LOSSLESS_COLOURS:
        return True
    grey = pixels.max(axis=2)
    if np.mean(grey - pixels.min(axis=2) > NEAR) > 1 - SHARE:
        return False
    low, high = int(grey.min()), int(grey.max())
    near = np.minimum(grey - low, high - grey) <= NEAR
    return high - low > 4 * NEAR and float(near.mean()) >= SHARE


def looks_like_photograph(path: Path) -> bool:
    """Many colours over much of the picture. False for what cannot be read."""
    pixels = _sample(path, compressed=False)
    if pixels is None:
        return False
    coloured = pixels.max(axis=2) - pixels.min(axis=2) > NEAR
    return float(coloured.mean()) > 0.3 and len(np.unique(pixels[coloured] // 16, axis=0)) > 32


def _sample(path: Path, compressed: bool) -> np.ndarray | None:
    """Pixels of a picture, taken evenly and not blended: (h, w, 3) int; None of a file that cannot be read, or whose size rules a
    mask out where a mask would have been `compressed` well."""
    try:
        with Image.open(path) as image:
            if compressed and image.format in ("PNG", "WEBP") and path.stat().st_size > 4096 + BYTES_PER_PIXEL * image.width * image.height:
                return None
            image.draft(None, (256, 256))  # JPEG alone: decoded small
            step = max(1, min(image.size) // 256)
            if image.mode.startswith(("I", "F")):
                deep = np.asarray(image, np.float64)[::step, ::step, None]
                return np.repeat((deep * 255 / max(deep.max(), 1)).astype(int), 3, axis=2)
            return np.asarray(image.convert("RGB"), int)[::step, ::step]
    except Exception:  # decoders of damaged files raise almost anything; the survey names such files
        return None
