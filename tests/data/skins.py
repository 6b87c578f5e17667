"""Pictures for tests: skin with some grain, and round marks."""

from __future__ import annotations

import numpy as np


def skin(size: tuple[int, int] = (96, 96), noise: float = 2) -> np.ndarray:
    """A sloping surface with some grain."""
    rows, columns = np.mgrid[: size[0], : size[1]] / np.array(size)[:, None, None]
    smooth = np.stack([190 + 30 * rows, 140 + 20 * columns, 120 + 10 * rows * columns], axis=2)
    return np.rint(smooth + np.random.default_rng(0).normal(0, noise, (*size, 1))).clip(0, 255).astype(np.uint8)


def disc(size: tuple[int, int], x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[: size[0], : size[1]]
    return np.hypot(columns - x, rows - y) < radius
