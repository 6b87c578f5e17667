"""Random fields that look the same at every image size: a small random grid, smoothly interpolated."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

Field = np.ndarray
_Spline = tuple[Field, Field]
# variance that a cubic B-spline leaves of white noise, per axis: the integral of its square
_SPLINE_VARIANCE = 151 / 315


def centres(size: int) -> Field:
    """Pixel centres of one axis, in units of the image side: (size,) in (0, 1)."""
    return (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)


def field(rng: np.random.Generator, size: int, rows: int, columns: int | None = None) -> Field:
    """Gaussian noise over the whole image with zero mean, unit variance and features of about 1 / `rows`: (size, size).

    A grid finer than the image is paled, as averaging over each pixel would.
    """
    columns = columns or rows
    points = _grid(rng, rows, columns)
    return _interpolate(points, _whole(size, rows), _whole(size, columns)) * np.float32(min(1, size / rows) * min(1, size / columns))


def patch(rng: np.random.Generator, y: Field, x: Field, cells: int) -> Field:
    """The same over a window: `y` (h,) and `x` (w,) run from 0 to 1 across it. Gives (h, w)."""
    return _interpolate(_grid(rng, cells, cells), _spline(cells, y), _spline(cells, x))


def blobs(y: Field, x: Field, where: Field, sigma: Field, height: Field) -> Field:
    """A sum of K round Gaussian bumps at `where` (K, 2), rows (x, y), on the axes `y` (h,) and `x` (w,): (h, w)."""
    along_x = np.exp(-0.5 * ((x[:, None] - where[:, 0]) / sigma) ** 2)  # (w, K)
    along_y = np.exp(-0.5 * ((y[:, None] - where[:, 1]) / sigma) ** 2) * height  # (h, K)
    return np.asarray(np.einsum("hk,wk->hw", along_y.astype(np.float32), along_x.astype(np.float32)))


def _grid(rng: np.random.Generator, rows: int, columns: int) -> Field:
    """Control points of a field with zero mean and unit variance between them."""
    return rng.standard_normal((rows + 3, columns + 3), dtype=np.float32) / np.float32(_SPLINE_VARIANCE)


def _interpolate(points: Field, y: _Spline, x: _Spline) -> Field:
    """A surface through control points that span the unit square: (rows + 3, columns + 3) -> (h, w)."""
    wide = _along(np.ascontiguousarray(points.T), x)  # (w, rows + 3)
    return _along(np.ascontiguousarray(wide.T), y)  # (h, w)


def _along(points: Field, spline: _Spline) -> Field:
    """One axis of it: (cells + 3, n) -> (h, n). Four shifted sums: a matrix product would start threads for so little."""
    first, weights = spline
    total = weights[0] * points[first]
    for k in (1, 2, 3):
        total += weights[k] * points[first + k]
    return np.asarray(total)


@lru_cache(maxsize=64)
def _whole(size: int, cells: int) -> _Spline:
    return _spline(cells, centres(size))


def _spline(cells: int, at: Field) -> _Spline:
    """The first of the four control points that act at each position in [0, 1], (n,), and their cubic B-spline weights, (4, n, 1)."""
    first = np.clip(np.floor(at * cells), 0, cells - 1)
    t = (at * cells - first).astype(np.float32)[:, None]
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / np.float32(6)
    return first.astype(int), weights


def network(rng: np.random.Generator, y: Field, x: Field, cell: float, width: float) -> Field:
    """A honeycomb of irregular cells: the walls between randomly placed points, 1 on a wall, about 0 inside a cell.

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
    result: Field = np.exp(-((to_wall / (width / 2)) ** 2))
    return result
