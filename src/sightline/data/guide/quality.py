"""Annotations of lower quality: coarser, larger, smaller, displaced, ragged, or the wrong side of its outline.

These are the axes of "quality" in the future work of Yan 2020 (003-36); its deliberately wrong region is `invert` (003-23, Bkg). All
functions take and give one ROI map (H, W) float32 in [0, 1], in the pixels of its image, and depend on nothing but their arguments.

`polygon`, `circle`, `box`, `grow` and `noise` need a region with a border: what is at least half of the map's maximum (of a gaze's heat
map, or of pixels that a box covers in part). Each connected region, touching corners included, is treated by itself, with a radius of its
own: that of a circle of the same area. The result is 0 or 1. `shift` and `invert` work on the soft map. None of them, save `invert`, turns
an empty map into a marked one, or a marked one into an empty one: the latter would teach that there is nothing to see.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import ndimage

from sightline.config import Roi
from sightline.data.annotation import polygon_map
from sightline.data.sampling import image_rng
from sightline.errors import UserError

Corners = list[tuple[float, float]]
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # (rows, columns) of right, down, left, up: each is a right turn from the one before


def border(inside: np.ndarray) -> Corners:
    """The outer border along the edges of the pixels, clockwise. Holes are passed over.

    Args:
        inside: (H, W) bool, one region, whose pixels touch at edges or corners.

    Returns:
        (x, y) of every place where the border turns.
    """
    filled = np.pad(ndimage.binary_fill_holes(inside), 1)
    # the upper left corner of the first pixel, going right; corners are numbered as the padded pixels to their lower right
    start = tuple(int(i) for i in np.argwhere(filled)[0])
    corners, (row, column), heading = [start[::-1]], start, 0
    while True:
        row, column = row + _STEPS[heading][0], column + _STEPS[heading][1]
        if (row, column) == start:
            return [(x - 1.0, y - 1.0) for x, y in corners]
        turn = -1 if filled[_ahead(row, column, heading, -1)] else 0 if filled[_ahead(row, column, heading, 1)] else 1
        if turn:
            corners.append((column, row))
        heading = (heading + turn) % 4


def _ahead(row: int, column: int, heading: int, side: int) -> tuple[int, int]:
    """The pixel in front of a corner, on the left (-1) or on the right (1) of the way."""
    (down, right), (aside_down, aside_right) = _STEPS[heading], _STEPS[(heading + side) % 4]
    return row + (down + aside_down - 1) // 2, column + (right + aside_right - 1) // 2


def simplified(corners: Corners, keep: int) -> Corners:
    """The `keep` corners that matter most: again and again, the one whose triangle with its neighbours is smallest is left out.

    Source: Visvalingam and Whyatt, Cartographic Journal 30(1), 1993.
    """
    points, n = np.array(corners), len(corners)  # (N, 2)
    before, after = np.roll(np.arange(n), 1), np.roll(np.arange(n), -1)

    def triangle(i: int) -> float:
        (ax, ay), (bx, by) = points[before[i]] - points[i], points[after[i]] - points[i]
        return abs(float(ax * by - ay * bx)) / 2

    area = np.array([triangle(i) for i in range(n)])
    for _ in range(n - keep):
        gone = int(area.argmin())
        after[before[gone]], before[after[gone]] = after[gone], before[gone]
        for i in (before[gone], after[gone]):
            area[i] = max(area[gone], triangle(i))  # a corner never becomes less important by the loss of another
        area[gone] = np.inf
    return [corners[i] for i in np.flatnonzero(np.isfinite(area))]


CORNERS = 8  # of a polygon clicked in haste
WAVES = 64  # whose sum is the noise
LENGTH = 0.5  # of the noise: distance over which the displacement changes, in radii
REACH = 5  # standard deviations of the noise that are looked at


def degrade(roi: np.ndarray, settings: Roi, image: str) -> np.ndarray:
    """The map that guides the training: shape, then growth, noise, displacement and inversion.

    Args:
        image: id; with `settings.seed` it decides what is drawn, so that an image has the same map in every epoch and process.
    """
    shapes: dict[str, Callable[[np.ndarray], np.ndarray]] = {"polygon": polygon, "circle": circle, "box": box}
    if settings.shape in shapes:
        roi = shapes[settings.shape](roi)
    if settings.grow:
        roi = grow(roi, settings.grow)
    if settings.noise:
        roi = noise(roi, settings.noise, image_rng(settings.seed, "noise", image))
    if settings.shift:
        roi = shift(roi, settings.shift, image_rng(settings.seed, "shift", image))
    return invert(roi) if settings.invert else roi


def polygon(roi: np.ndarray) -> np.ndarray:
    """A coarse outline of each region: the eight corners of its border that matter most. Holes are covered."""
    return _each(roi, _polygon, 0)


def _polygon(inside: np.ndarray) -> np.ndarray:
    try:
        return polygon_map(simplified(border(inside), CORNERS), inside.shape)
    except UserError:  # so thin that the centre of no pixel lies within
        return inside


def circle(roi: np.ndarray) -> np.ndarray:
    """The circle of the same area and centre of each region: one where the centre of a pixel lies within."""
    return _each(roi, _circle, 1)


def _circle(inside: np.ndarray) -> np.ndarray:
    down, right = ndimage.center_of_mass(inside)
    rows, columns = np.ogrid[: inside.shape[0], : inside.shape[1]]
    result: np.ndarray = np.hypot(rows - down, columns - right) <= radius(inside)
    return result


def box(roi: np.ndarray) -> np.ndarray:
    """The bounding box of each region."""
    return _each(roi, lambda inside: np.outer(inside.any(axis=1), inside.any(axis=0)), 0)


def grow(roi: np.ndarray, share: float) -> np.ndarray:
    """Moves the outline of each region outwards, or inwards (below 0), by a share of its radius.

    What is deepest inside is never lost. The border of the image is no outline: a region that goes on beyond it is not eroded there.
    """

    def grown(inside: np.ndarray) -> np.ndarray:
        return _within(signed_distance(inside), share * radius(inside))

    return _each(roi, grown, max(share, 0))


def noise(roi: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Moves the outline of each region in and out, smoothly, with a standard deviation of a share of its radius."""

    def ragged(inside: np.ndarray) -> np.ndarray:
        size = radius(inside)
        return _within(signed_distance(inside) + share * size * waves(inside.shape, LENGTH * size, rng), 0)

    return _each(roi, ragged, REACH * share)


def shift(roi: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Displaces the whole map in a random direction, by a share of the radius of all its regions together, in whole pixels.

    A step that would take the centre of the regions out of the image is taken the other way.
    """
    inside = region(roi)
    if not inside.any():
        return roi
    angle = rng.uniform(0, 2 * math.pi)
    step = share * radius(inside) * np.array([math.sin(angle), math.cos(angle)])
    moved = ndimage.center_of_mass(inside) + step
    step = np.where((moved < 0) | (moved > np.array(roi.shape) - 1), -step, step)
    return np.asarray(ndimage.shift(roi, np.rint(step), order=0))


def invert(roi: np.ndarray) -> np.ndarray:
    """Everything but the marked: of an image in which nothing was marked, the whole."""
    return 1 - roi


def region(roi: np.ndarray) -> np.ndarray:
    """(H, W) bool: at least half of the maximum; nothing of an empty map."""
    return roi >= max(float(roi.max()) / 2, np.finfo(np.float32).tiny)


def radius(inside: np.ndarray) -> float:
    """Of a circle of the same area, pixels."""
    return math.sqrt(float(inside.sum()) / math.pi)


def signed_distance(inside: np.ndarray) -> np.ndarray:
    """(H, W) float64 pixels from the centre of each pixel to the outline, negative inside.

    Taken to the nearest pixel of the other side, less the half pixel by which the outline is nearer. A region that fills the image is
    infinitely deep.
    """
    if inside.all():
        return np.full(inside.shape, -np.inf)
    away, deep = ndimage.distance_transform_edt(~inside), ndimage.distance_transform_edt(inside)
    result: np.ndarray = np.where(inside, 0.5 - deep, away - 0.5)
    return result


def waves(size: tuple[int, ...], length: float, rng: np.random.Generator) -> np.ndarray:
    """A smooth random surface of mean 0 and standard deviation 1: plane waves with random directions and phases.

    Its values are correlated as exp(-d^2 / (2 length^2)) at distance d.

    Args:
        size: (H, W).
        length: pixels.

    Returns:
        (H, W) float32.
    """
    down, right = rng.normal(scale=1 / length, size=(2, WAVES))
    phase = rng.uniform(0, 2 * math.pi, WAVES)
    a, b = np.outer(np.arange(size[0]), down) + phase, np.outer(right, np.arange(size[1]))  # (H, WAVES), (WAVES, W)
    # cos(a + b) summed over the waves: a product of matrices, so that no (H, W, WAVES) is needed
    rows, columns = np.hstack([np.cos(a), -np.sin(a)]), np.vstack([np.cos(b), np.sin(b)])
    return np.asarray(math.sqrt(2 / WAVES) * (rows.astype(np.float32) @ columns.astype(np.float32)))


def _within(distance: np.ndarray, level: float) -> np.ndarray:
    """What lies below the level; where nothing does, what comes nearest."""
    return np.asarray(distance <= max(level, distance.min()))


def _each(roi: np.ndarray, draw: Callable[[np.ndarray], np.ndarray], reach: float) -> np.ndarray:
    """Unites what `draw` makes of each region, (h, w) bool, cut out with room of `reach` radii around it."""
    labels, _ = ndimage.label(region(roi), np.ones((3, 3)))
    result = np.zeros(roi.shape, np.float32)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        room = math.ceil(reach * radius(labels[rows, columns] == number)) + 1
        window = tuple(slice(max(0, s.start - room), s.stop + room) for s in (rows, columns))
        result[window] = np.maximum(result[window], draw(labels[window] == number))
    return result
