"""What a picture's channels mean: colour in one channel, and any number of channels as the colours that people see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.settings import COLOUR

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue: ITU-R BT.601, which leaves greys stored in three channels as they are


def luma(rgb: np.ndarray) -> np.ndarray:
    """The brightness of colours: (..., 3) -> (...), of the same type; whole numbers are rounded.

    >>> int(luma(np.array([200, 200, 200], np.uint8))), int(luma(np.array([255, 0, 0], np.uint8)))
    (200, 76)
    """
    grey = np.asarray(rgb, np.float64) @ np.array(LUMA)
    found: np.ndarray = (np.rint(grey) if rgb.dtype.kind in "iu" else grey).astype(rgb.dtype)
    return found


def colour_in(rgb: Sequence[float], channels: int) -> list[float]:
    """A colour as the values of so many channels: itself in three, its brightness in each of any other number.

    >>> colour_in((10, 20, 30), 3), colour_in((128, 128, 128), 1)
    ([10, 20, 30], [128])
    """
    return list(rgb) if channels == COLOUR else [luma(np.array(rgb)).item()] * channels


def colours_in(rgb: np.ndarray, channels: int) -> np.ndarray:
    """`colour_in` of many colours: (..., 3) -> (..., channels)."""
    return rgb if channels == COLOUR else np.repeat(luma(rgb)[..., None], channels, axis=-1)


def as_rgb(pixels: np.ndarray) -> np.ndarray:
    """Pixels for people to look at: one channel as grey, two as the grey of their mean, of more the first three as red, green and blue.

    >>> as_rgb(np.array([[[7]]], np.uint8)).tolist(), as_rgb(np.array([[[1, 2, 3, 4]]], np.uint8)).tolist()
    ([[[7, 7, 7]]], [[[1, 2, 3]]])

    Args:
        pixels: (..., C).

    Returns:
        (..., 3).
    """
    count = pixels.shape[-1]
    if count >= COLOUR:
        return pixels[..., :COLOUR]
    grey = pixels[..., :1] if count == 1 else np.rint(pixels.mean(axis=-1, keepdims=True)).astype(pixels.dtype)
    return np.repeat(grey, COLOUR, axis=-1)
