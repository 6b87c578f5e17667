"""Does a picture look like a mask, or like a photograph? For pictures whose name leaves it open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

LOSSLESS_COLOURS = 8  # a mask of several kinds of tissue has few exact colours
NEAR, FAR, SHARE = 32, 96, 0.95  # JPEG and smooth edges: nearly all pixels lie near black or near one colour far from it
BYTES_PER_PIXEL = {"PNG": 0.35, "WEBP": 0.2, "JPEG": 0.2}  # a mask takes less; most photographs take more
SMALL = 4096  # bytes, of a file in which the head may count


def looks_like_mask(path: Path) -> bool:
    """A few exact colours, all grey or black among them; or nearly all pixels close to black or to one other colour. False for what cannot
    be read."""
    return mask_levels(path) > 0


def mask_levels(path: Path) -> int:
    """How many levels a picture has that looks like a mask, smooth edges left out of account; 0 of one that does not look so."""
    pixels = _sample(path, compressed=True)
    if pixels is None:
        return 0
    exact = np.unique(_coded(pixels), return_index=True)[1]
    if len(exact) <= LOSSLESS_COLOURS:
        colours = pixels[exact]  # (K, 3)
        is_grey = bool((colours.max(axis=1) == colours.min(axis=1)).all())
        return len(exact) if is_grey or (colours == 0).all(axis=1).any() else 0
    from_black = pixels.max(axis=1)
    others = pixels[from_black > FAR]
    if not len(others) or not (from_black <= NEAR).any():
        return 0
    near = np.minimum(from_black, np.abs(pixels - _commonest(others)).max(axis=1)) <= NEAR
    return 2 if near.mean() >= SHARE else 0


def looks_like_photograph(path: Path) -> bool:
    """Many colours over much of the picture. False for what cannot be read."""
    pixels = _sample(path, compressed=False)
    if pixels is None:
        return False
    coloured = pixels[pixels.max(axis=1) - pixels.min(axis=1) > NEAR]
    return len(coloured) > 0.3 * len(pixels) and len(np.unique(_coded(coloured // 16))) > 32


def _coded(pixels: np.ndarray) -> np.ndarray:
    """(N, 3) -> (N,): one number for each colour."""
    result: np.ndarray = (pixels << np.array([16, 8, 0])).sum(axis=1)
    return result


def _commonest(pixels: np.ndarray) -> np.ndarray:
    """(3,): the middle of the colours that, coarsely, are the most frequent."""
    _, group, counts = np.unique(_coded(pixels // 16), return_inverse=True, return_counts=True)
    result: np.ndarray = np.median(pixels[group == counts.argmax()], axis=0)
    return result


def _sample(path: Path, compressed: bool) -> np.ndarray | None:
    """Pixels of a picture, taken evenly and not blended: (N, 3) int; None of a file that cannot be read, or whose size rules a mask out
    where a mask would have been `compressed` well."""
    try:
        with Image.open(path) as image:
            most = BYTES_PER_PIXEL.get(image.format or "")
            if compressed and most and path.stat().st_size > SMALL + most * image.width * image.height:
                return None
            image.draft(None, (256, 256))  # JPEG alone: decoded small
            step = max(1, min(image.size) // 256)
            if image.mode.startswith(("I", "F")):
                deep = np.asarray(image, np.float64)[::step, ::step].reshape(-1, 1)
                return np.repeat((deep * 255 / max(deep.max(), 1)).astype(int), 3, axis=1)
            return np.asarray(image.convert("RGB"), int)[::step, ::step].reshape(-1, 3)
    except Exception:  # decoders of damaged files raise almost anything; the survey names such files
        return None
