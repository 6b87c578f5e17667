"""Random fields that look the same at every image size: a small random grid, smoothly interpolated."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

Field = np.ndarray
# variance that a cubic B-spline leaves of white noise, per axis: the integral of its square
_SPLINE_VARIANCE = 151 / 315


def centres(size: int) -> Field:
    """Pixel centres of one axis, in units of the image side: (size,) in (0, 1)."""
    return (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)


def spline(at: Field, cells: int) -> Field:
    """Cubic B-spline weights of `cells + 3` control points at positions in [0, 1]: (N,) -> (N, cells + 3)."""
    d = np.abs(at[:, None] * cells + 1 - np.arange(cells + 3, dtype=np.float32))  # (N, cells + 3)
    near, far = np.maximum(1 - d, 0), np.maximum(2 - d, 0)
    return ((far**3 - 4 * near**3) / 6).astype(np.float32)


@lru_cache(maxsize=64)
def _whole(size: int, cells: int) -> Field:
    """`spline` over the whole image, averaged over each pixel, so that grids finer than the image do not alias."""
    return spline(centres(4 * size), cells).reshape(size, 4, -1).mean(1)  # (size, cells + 3)


def grid(rng: np.random.Generator, rows: int, columns: int) -> Field:
    """Control points of a field with zero mean and unit variance between them."""
    return rng.standard_normal((rows + 3, columns + 3), dtype=np.float32) / np.float32(_SPLINE_VARIANCE)


def field(rng: np.random.Generator, size: int, rows: int, columns: int | None = None) -> Field:
    """Gaussian noise over the whole image with zero mean, unit variance and features of about 1 / `rows`: (size, size)."""
    columns = columns or rows
    return _whole(size, rows) @ grid(rng, rows, columns) @ _whole(size, columns).T


def patch(rng: np.random.Generator, y: Field, x: Field, cells: int) -> Field:
    """The same over a window: `y` (h,) and `x` (w,) run from 0 to 1 across it. Gives (h, w)."""
    return spline(y, cells) @ grid(rng, cells, cells) @ spline(x, cells).T


def blobs(y: Field, x: Field, where: Field, sigma: Field, height: Field) -> Field:
    """A sum of K round Gaussian bumps at `where` (K, 2), rows (x, y), on the axes `y` (h,) and `x` (w,): (h, w)."""
    along_x = np.exp(-0.5 * ((x[:, None] - where[:, 0]) / sigma) ** 2)  # (w, K)
    along_y = np.exp(-0.5 * ((y[:, None] - where[:, 1]) / sigma) ** 2) * height  # (h, K)
    return (along_y @ along_x.T).astype(np.float32)


def network(rng: np.random.Generator, y: Field, x: Field, cell: float, width: float) -> Field:
    """A honeycomb of irregular cells: the walls between randomly placed points, 1 on a wall and 0 inside a cell.

    Args:
        y, x: pixel positions (h,) and (w,), at most 30 cells apart.
        cell, width: of a cell and of its walls, in the unit of `y` and `x`.
    """
    yy, xx = (y - y[0])[:, None] / cell, (x - x[0])[None, :] / cell
    row, column = np.floor(yy).astype(int), np.floor(xx).astype(int)  # (h, 1), (1, w)
    jitter = rng.uniform(0.15, 0.85, (2, 32, 32)).astype(np.float32)
    first = second = np.float32(9)
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            r, c = row + i, column + j
            d = (r + jitter[0][r % 32, c % 32] - yy) ** 2 + (c + jitter[1][r % 32, c % 32] - xx) ** 2  # (h, w)
            first, second = np.minimum(first, d), np.minimum(second, np.maximum(first, d))
    # the distance to a wall is about half the difference of the distances to the two nearest points
    to_wall = (np.sqrt(second) - np.sqrt(first)) / 2 * cell
    return np.clip(1.2 - to_wall / (width / 2), 0, 1)
