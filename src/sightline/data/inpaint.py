"""A marked part of an image is painted out, from what surrounds it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter, label
from scipy.spatial import ConvexHull, QhullError

from sightline.data.annotation import polygon_map

SWEEPS = 30  # of the relaxation at each size
SOFT = 1  # pixels beyond the mask that are painted out as well: a border is never quite within its mask
SPECK = 0.1  # of the area of the largest part: what is smaller is taken for a mistake
REACH = 0.03  # of the image's shorter side, by which a whole artefact is grown
GRAIN = 1.5  # pixels: what is finer than this is grain, which the filling has to have, too


def inpaint(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fills what is marked: with the smoothest surface that meets its surroundings (the solution of Laplace's equation), plus their grain.

    Coarse to fine: the image is halved until nothing unknown is left, then each size starts from the one before and is relaxed, every
    unknown pixel becoming the mean of its neighbours. At the image's border the surface runs out level.

    Args:
        image: (H, W, 3) uint8.
        mask: (H, W) bool; True is painted out.

    Returns:
        (H, W, 3) uint8; what is further from the mask than a pixel is as it was. An image that is marked all over has nothing to fill it
        from and comes back as it is.
    """
    unknown = binary_dilation(mask, np.ones((3, 3)), iterations=SOFT) if mask.any() else mask
    if not unknown.any() or unknown.all():
        return image.copy()
    smooth = laplace(image.astype(np.float32), unknown)
    rng = np.random.default_rng(0)  # the same filling every time
    filled = smooth + grain(image, unknown) * rng.standard_normal((*mask.shape, 1), dtype=np.float32)
    return np.where(unknown[..., None], np.rint(filled.clip(0, 255)), image).astype(np.uint8)


def laplace(pixels: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Each unknown pixel as the mean of its neighbours, as nearly as the relaxation comes to it.

    Args:
        pixels: (H, W, C) float; what is unknown is not looked at.
        unknown: (H, W) bool, not everywhere.

    Returns:
        (H, W, C).
    """
    if not unknown.any():
        return pixels
    (height, width), padding = unknown.shape, [(0, n % 2) for n in unknown.shape]
    weight = _halved(np.pad((~unknown).astype(np.float32)[..., None], [*padding, (0, 0)]))  # (H/2, W/2, 1)
    coarse = _halved(np.pad(np.where(unknown[..., None], 0, pixels), [*padding, (0, 0)])) / np.maximum(weight, 1e-9)
    coarse = laplace(coarse, weight[..., 0] == 0)
    result = np.where(unknown[..., None], coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width], pixels)
    rows, columns = np.nonzero(unknown)
    around = [(np.clip(rows + i, 0, height - 1), np.clip(columns + j, 0, width - 1)) for i, j in ((-1, 0), (1, 0), (0, -1), (0, 1))]
    for _ in range(SWEEPS):
        result[rows, columns] = np.mean([result[place] for place in around], axis=0)
    return result


def _halved(pixels: np.ndarray) -> np.ndarray:
    """(2 h, 2 w, C) -> (h, w, C), means."""
    height, width, channels = pixels.shape
    result: np.ndarray = pixels.reshape(height // 2, 2, width // 2, 2, channels).mean(axis=(1, 3))
    return result


def grain(image: np.ndarray, unknown: np.ndarray) -> float:
    """Standard deviation of what is finer than the surroundings of the unknown part are smooth, in grey levels."""
    grey = image.mean(axis=2)
    fine = grey - gaussian_filter(grey, GRAIN)
    far, near = (binary_dilation(unknown, np.ones((3, 3)), iterations=reach) for reach in (12, 4))
    ring = fine[far & ~near]
    return 1.48 * float(np.median(np.abs(ring))) if ring.size else 0.0


def whole(mask: np.ndarray, *, convex: bool = False) -> np.ndarray:
    """A mask that a model found, made fit for painting out: without specks, and grown beyond the artefact's border, which closes pores.

    A ring of ink stays a ring, since the finding may lie inside.

    Args:
        mask: (H, W) bool.
        convex: each part becomes its convex hull: of a round plaster, of which the model has missed the pad.

    Returns:
        (H, W) bool.
    """
    parts, count = label(mask, np.ones((3, 3)))
    areas = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    kept = [parts == number for number, area in enumerate(areas, start=1) if area >= SPECK * areas.max()]
    if not kept:
        return np.zeros_like(mask)
    united = np.any([_hull(part) if convex else part for part in kept], axis=0)
    return np.asarray(distance_transform_edt(~united) <= REACH * min(mask.shape))


def _hull(part: np.ndarray) -> np.ndarray:
    corners = np.argwhere(part)[:, ::-1] + 0.5  # rows (x, y)
    try:
        return part | (polygon_map(corners[ConvexHull(corners).vertices].tolist(), part.shape) > 0)
    except QhullError:  # all in a line
        return part
