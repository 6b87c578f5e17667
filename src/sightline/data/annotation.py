"""Renders annotations as ROI maps: one soft map in [0, 1] in the geometry of its image.

Coordinates are (x right, y down) in original image pixels; pixel (row i, column j) covers [j, j + 1) x [i, i + 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sightline.data.heat import open_heat
from sightline.data.mask_levels import open_mask
from sightline.errors import UserError
from sightline.types import Annotation, Picture

Size = tuple[int, int]
CORNERS = "A box written as x, y, width and height, or by its centre, has to be turned into corners."


def render(annotations: Sequence[Annotation], size: Size, *, gaze_blur: int = 200, where: str) -> np.ndarray | None:
    """The ROI map of one image; several annotations are united by the pixelwise maximum.

    Args:
        size: (H, W) of the image.
        gaze_blur: B of Algorithm 1 in Zhu et al. 2022, in image pixels.
        where: names the image in messages.

    Returns:
        (H, W) float32 in [0, 1], or None: unknown. Unknown is an image without annotations, or one whose only annotation is a gaze
        that never touched it; an image in which the expert found `nothing` is known and zero.

    Raises:
        UserError: a mask of another size than its image, an annotation that was drawn on a picture of another size, a box or polygon
            outside the image, an unreadable file.
    """
    return united(render_each(annotations, size, gaze_blur=gaze_blur, where=where))


def render_each(annotations: Sequence[Annotation], size: Size, *, gaze_blur: int, where: str) -> list[np.ndarray | None]:
    """The map of each annotation by itself; see `render`."""
    for annotation in annotations:
        _check_size(annotation.size, size, where)
    return [_render_one(annotation, size, gaze_blur, where) for annotation in annotations]


def united(maps: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """The pixelwise maximum of the maps that are known, None where none is."""
    known = [m for m in maps if m is not None]
    return np.maximum.reduce(known) if known else None


def _check_size(drawn_on: Size | None, size: Size, where: str) -> None:
    if drawn_on in (None, size):
        return
    declared, real = (f"{width} x {height}" for height, width in (drawn_on, size))
    reason = f"its annotation was drawn on a picture of {declared} pixels, but the image has {real}"
    sideways = drawn_on == size[::-1]
    if sideways:
        reason += ": one of the two was turned, perhaps by an EXIF tag"
    raise (Sideways if sideways else UserError)(where, reason, "Use the image that was annotated, or export the annotations for this one.")


def _render_one(annotation: Annotation, size: Size, gaze_blur: int, where: str) -> np.ndarray | None:
    match annotation.kind:
        case "mask":
            return fitting(annotation, open_mask(_picture(annotation)), size, where).astype(np.float32)
        case "heatmap":
            return fitting(annotation, open_heat(_picture(annotation)), size, where).astype(np.float32) / 255
        case "box":
            return box_map(annotation.points[0], size, where)
        case "polygon":
            return polygon_map(annotation.points, size, where)
        case "gaze":
            return gaze_map(annotation.points, size, gaze_blur)
        case "nothing":
            return np.zeros(size, np.float32)


class Sideways(UserError):
    """An annotation whose picture has the width of its image as height, and the other way round."""


def _picture(annotation: Annotation) -> Picture:
    assert annotation.source is not None
    return annotation.source


def fitting(annotation: Annotation, pixels: np.ndarray, size: Size, where: str) -> np.ndarray:
    """The pixels of a mask or heat map (H, W).

    Raises:
        UserError: they are not of the image's size.
    """
    if pixels.shape != size:
        given, wanted = (f"{w} x {h}" for h, w in (pixels.shape, size))
        remedy = f"It has {given} pixels, but {where} has {wanted}: export the {annotation.kind} at the size of the image."
        kind = Sideways if pixels.shape == size[::-1] else UserError
        raise kind(named(annotation, where), f"this {annotation.kind} does not have the size of its image", remedy)
    return pixels


def named(annotation: Annotation, where: str) -> str:
    """The file of an annotation; of one that is in no file of its own, its image."""
    path = annotation.source if isinstance(annotation.source, Path) else getattr(annotation.source, "path", None)
    return str(path or where)


def box_map(box: Sequence[float], size: Size, where: str = "box") -> np.ndarray:
    """The share of each pixel that the box (x0, y0, x1, y1) covers; ends are exclusive, so (0, 0, W, H) is one everywhere.

    Returns:
        (H, W) float32 in [0, 1].

    Raises:
        UserError: the box has no area, or lies outside the image. One that only sticks out is clipped.
    """
    (x0, y0, x1, y1), (height, width) = box, size
    if not (x0 < x1 and y0 < y1):
        raise UserError(where, f"box {_numbers(box)} has no area", f"Write x0 y0 x1 y1 with x0 < x1 and y0 < y1. {CORNERS}")
    if x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height:
        reason = f"box {_numbers(box)} lies outside the image of {width} x {height} pixels"
        raise UserError(where, reason, f"Write x0 y0 x1 y1 in pixels of the original image. {CORNERS}")
    return np.outer(_covered(y0, y1, height), _covered(x0, x1, width))


def sticking_out(annotation: Annotation, size: Size) -> float:
    """By how many pixels a box or an outline leaves its image, where that is more than rounding (2 pixels and 2 %); else 0.

    >>> sticking_out(Annotation("box", points=((2, 3, 14, 9),)), (10, 10))
    4.0
    """
    corners = [(x, side) for point in _corners(annotation) for x, side in zip(point, (size[1], size[0]), strict=True)]
    excess = [(max(-x, x - side), side) for x, side in corners]
    return max((float(far) for far, side in excess if far > max(2, side / 50)), default=0.0)


def _corners(annotation: Annotation) -> list[Sequence[float]]:
    """(x, y) of the corners of a box or an outline; none of a mask in a file."""
    match annotation.kind:
        case "box":
            x0, y0, x1, y1 = annotation.points[0]
            return [(x0, y0), (x1, y1)]
        case "polygon":
            return list(annotation.points)
        case "mask":
            polygons = getattr(annotation.source, "polygons", ())
            return [corner for polygon in polygons for corner in zip(polygon[::2], polygon[1::2], strict=False)]
    return []


def _covered(start: float, end: float, length: int) -> np.ndarray:
    """The share of each of `length` unit cells that [start, end) covers."""
    cells = np.arange(length, dtype=np.float32)
    result: np.ndarray = np.clip(np.minimum(cells + 1, end) - np.maximum(cells, start), 0, 1)
    return result


def polygon_map(points: Sequence[Sequence[float]], size: Size, where: str = "polygon") -> np.ndarray:
    """One where the centre of a pixel lies inside the polygon, zero elsewhere; crossing outlines follow the even-odd rule.

    Every edge toggles, in each row whose centre line it crosses, all pixels to the right of the crossing.

    Args:
        points: (x, y) of at least three corners; the last joins the first.

    Returns:
        (H, W) float32, 0 or 1.

    Raises:
        UserError: fewer than three points, or no pixel of the image inside.
    """
    if len(points) < 3:
        raise UserError(where, f"a polygon needs at least 3 points, this one has {len(points)}", "Write x y x y x y ...")
    height, width = size
    toggles = np.zeros((height, width + 1), bool)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        first, last = np.clip(np.ceil(np.sort([y0, y1]) - 0.5), 0, height).astype(int)
        rows = np.arange(first, last)
        crossings = x0 + (rows + 0.5 - y0) / (y1 - y0) * (x1 - x0) if len(rows) else rows
        toggles[rows, np.clip(np.ceil(crossings - 0.5), 0, width).astype(int)] ^= True
    inside = np.logical_xor.accumulate(toggles, axis=1)[:, :width]
    if not inside.any():
        reason = f"the polygon covers no pixel of the image of {width} x {height} pixels"
        raise UserError(where, reason, "Write x y x y ... in pixels of the original image.")
    return inside.astype(np.float32)


def gaze_map(samples: Sequence[Sequence[float]], size: Size, blur: int = 200) -> np.ndarray | None:
    """The heat map of a gaze recording: a 2-D histogram of the samples, blurred and divided by its maximum (Zhu et al. 2022, Algorithm 1).

    The Gaussian has an odd kernel of B pixels and sigma = 0.3 ((B - 1) / 2 - 1) + 0.8, cut off at the kernel and mirrored at the
    border as in OpenCV.

    Args:
        samples: (x, y), each of weight one, or (x, y, duration), weighted by the duration. Undefined ones (blinks) and those
            outside the image are dropped.
        blur: B; an even number counts as the next odd one.

    Returns:
        (H, W) float32 in [0, 1] with maximum 1, or None when no sample is left: such a gaze says nothing about the image.
    """
    column, row, weight = touching(samples, size)
    if not len(weight):
        return None
    histogram = np.zeros(size, np.float32)
    np.add.at(histogram, (row.astype(int), column.astype(int)), weight)
    blurred = _blur(histogram, blur | 1)
    result: np.ndarray | None = blurred / blurred.max()
    return result


def touching(samples: Sequence[Sequence[float]], size: Size) -> np.ndarray:
    """The samples of a gaze that lie on the image: (3, K) column and row of a pixel, and weight. Undefined ones (blinks) are dropped."""
    if not samples:
        return np.empty((3, 0))
    rows = np.array(samples, np.float64)  # (N, 2 or 3)
    weights = rows[:, 2] if rows.shape[1] == 3 else np.ones(len(rows))
    height, width = size
    x, y = np.floor(rows[:, 0]), np.floor(rows[:, 1])
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height) & (weights > 0)  # false for undefined samples, too
    return np.stack([x, y, weights])[:, inside]


def _blur(histogram: np.ndarray, kernel: int) -> np.ndarray:
    """A separable Gaussian blur that spends time only on rows with samples: along them first, then down by a matrix product."""
    sigma, radius = 0.3 * ((kernel - 1) / 2 - 1) + 0.8, kernel // 2
    used = np.flatnonzero(histogram.any(axis=1))  # (R,)
    along = gaussian_filter1d(histogram[used], sigma, axis=1, radius=radius, mode="mirror")  # (R, W)
    impulses = np.eye(len(histogram), dtype=np.float32)[used]  # (R, H)
    down = gaussian_filter1d(impulses, sigma, axis=1, radius=radius, mode="mirror")  # (R, H)
    return np.asarray(down.T @ along)  # (H, W)


def _numbers(values: Sequence[float]) -> str:
    return "(" + " ".join(f"{v:g}" for v in values) + ")"
