"""Which pixels of a mask are inside.

A mask of two levels says it exactly, whatever the levels are: the brighter one is inside, of a neutral and a coloured one the coloured.
Where resizing, anti-aliasing or JPEG has put further levels along the outline, the cut goes through the middle of their range, which keeps
the area. A mask with more than two levels over whole areas has several meanings, and `Levels` has to say which of them are inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter

from sightline.data.frames import is_dicom
from sightline.data.images import colours, is_deep, read_upright
from sightline.errors import UserError
from sightline.types import Picture

FEW = 8  # levels up to which a mask without loss is taken at its word: noise and smooth outlines have more
SHARE = 8  # of the range: a part of it within which JPEG's noise stays
NEUTRAL = 40  # difference between the channels up to which a colour is taken for a grey
LOSSY = {"JPEG", "MPO", "WEBP", "JPEG2000"}


@dataclass(frozen=True)
class Levels:
    """What a person says is inside.

    Attributes:
        are: grey levels, indices of a palette, or colours (`#ff0000`) that are inside; no others are.
        least: grey level from which pixels are inside.
    """

    are: tuple[int | str, ...] = ()
    least: float | None = None


@dataclass(frozen=True)
class Stored:
    """A mask as its file holds it.

    Attributes:
        values: (H, W) greys, or (H, W, 3) uint8 colours.
        indices: (H, W) of a palette picture.
        alpha: (H, W) uint8 opacity.
        lossy: levels are not exact.
    """

    values: np.ndarray
    indices: np.ndarray | None
    alpha: np.ndarray | None
    lossy: bool


def open_mask(picture: Picture, levels: Levels | None = None) -> np.ndarray:
    """The pixels inside, (H, W) bool.

    Args:
        levels: what is inside; None: see above.

    Raises:
        UserError: an unreadable file, or one that does not say by itself what is inside.
    """
    if not isinstance(picture, Path):
        return picture.draw() > 0
    stored = _stored_dicom(picture) if is_dicom(picture) else read_upright(picture, _stored)
    if levels:
        return _by_levels(stored, levels)
    try:
        found = _inside(stored)
    except UserError as error:
        raise UserError(picture, error.reason, error.remedy) from None
    if found is None:
        listed = _listed(stored)
        remedy = (
            f"It holds {listed}: say which are inside with `data.mask.levels=[...]`, or from which on with `data.mask.least=...`; "
            "a soft map is a heat map, not a mask."
        )
        raise UserError(picture, "holds more than two levels", remedy)
    return found


def _stored(image: Image.Image) -> Stored:
    lossy = image.format in LOSSY
    if is_deep(image):
        return Stored(np.array(image), None, None, lossy)
    if image.mode in ("1", "L") and not image.has_transparency_data:
        return Stored(np.array(image.convert("L")), None, None, lossy)
    indices = np.array(image) if image.mode == "P" else None
    alpha = np.array(image.convert("RGBA").getchannel("A")) if image.has_transparency_data else None
    values = _plain(colours(image))
    if indices is not None and len(np.unique(_packed(values))) < len(np.unique(indices)):
        values = indices  # a palette that gives several indices one colour says nothing: the indices do
    return Stored(values, indices, alpha, lossy)


def _stored_dicom(path: Path) -> Stored:
    from sightline.data import dicom  # half a second, which only those spend who have such files

    return Stored(_plain(dicom.decode(path)), None, None, False)


def _plain(rgb: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (H, W) where it holds greys alone."""
    return rgb.max(axis=2) if int(np.ptp(rgb, axis=2).max()) <= 1 else rgb


def _packed(values: np.ndarray) -> np.ndarray:
    """One whole number for each colour; greys as they are."""
    return values if values.ndim == 2 else values.astype(np.int64) @ np.array([65536, 256, 1])


def _inside(stored: Stored) -> np.ndarray | None:
    """(H, W) bool; None: it has more than two levels."""
    alpha, values = stored.alpha, stored.values
    if alpha is None or (alpha == alpha.flat[0]).all():
        return _of_values(values, stored.lossy)
    by_alpha = _of_values(alpha, stored.lossy)
    packed = _packed(values)
    if (packed == packed.flat[0]).all():
        return by_alpha
    by_colour = _of_values(values, stored.lossy)
    if by_alpha is None or by_colour is None:
        return None
    if minimum_filter(by_alpha != by_colour, 3).any():  # more than a seam
        reason = "marks different pixels by its colours and by its transparency"
        raise UserError("mask", reason, "Save it without transparency, white on black.")
    return by_alpha


def _of_values(values: np.ndarray, lossy: bool) -> np.ndarray | None:
    return _of_greys(values, lossy) if values.ndim == 2 else _of_colours(values, lossy)


def _of_greys(values: np.ndarray, lossy: bool) -> np.ndarray | None:
    """(H, W) of any number type -> (H, W) bool."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise UserError("mask", "holds undefined or infinite values", "Save it again, 0 outside and 1 inside.")
    found = np.unique(values)
    if len(found) == 1:
        return values > 0
    if len(found) == 2:
        return np.asarray(values == found[1])
    low, high = float(found[0]), float(found[-1])
    if high - low < high / 4:  # nothing but the noise of a mask that is full
        return np.ones(values.shape, bool)
    if _fills_areas_between(values, found, lossy):
        return None
    return np.asarray(values.astype(np.float64) > (low + high) / 2)


def _fills_areas_between(values: np.ndarray, found: np.ndarray, lossy: bool) -> bool:
    """Whether levels between the lowest and the highest are more than a smooth or noisy outline."""
    low, high = float(found[0]), float(found[-1])
    few = not lossy and len(found) <= FEW
    margin = 0 if few else (high - low) / SHARE
    between = (values > low + margin) & (values < high - margin)
    if not between.any():
        return False
    side = 3 if few else 5
    area = between & (maximum_filter(values, side).astype(np.float64) - minimum_filter(values, side) <= margin)
    if not few:
        return bool(area.sum() > 0.01 * (values > low + margin).sum())
    lines = between & (maximum_filter(values, 5) == values)  # along an outline there is something brighter near each pixel
    return bool(area.any() or lines.sum() > 0.01 * (values > low).sum())


def _of_colours(rgb: np.ndarray, lossy: bool) -> np.ndarray | None:
    """(H, W, 3) uint8 -> (H, W) bool: how far each pixel has come from the commonest colour to the other one."""
    bins = (rgb >> 4).astype(np.int64) @ np.array([256, 16, 1])
    counts = np.bincount(bins.ravel(), minlength=4096)
    middles = np.stack([np.bincount(bins.ravel(), rgb[..., c].ravel(), 4096) for c in range(3)], axis=1) / np.maximum(counts, 1)[:, None]
    first = middles[counts.argmax()]
    second = middles[(counts * ((middles - first) ** 2).sum(axis=1)).argmax()]
    way = second - first
    along = ((rgb - first) @ way) / (way @ way) if way.any() else np.zeros(rgb.shape[:2])
    beside = np.linalg.norm(rgb - first - along[..., None] * way, axis=2)  # distance from all mixtures of the two
    far = beside > np.linalg.norm(way) / 4
    if lossy:  # along the outline JPEG mixes colours by themselves, coarser than their brightness
        inside = along > 0.5
        far &= maximum_filter(inside, 5) == minimum_filter(inside, 5)
    few = not lossy and len(np.unique(_packed(rgb))) <= FEW
    if far.sum() > (0 if few else 0.01 * (along > 0.5).sum()):
        return None
    mark = _mark_of(first, second)
    return _of_greys(np.rint(255 * (along if mark == 1 else 1 - along)).clip(0, 255), lossy)


def _mark_of(first: np.ndarray, second: np.ndarray) -> int:
    """0 or 1: which of two colours marks something. The coloured one beside a neutral one, or else the brighter one."""
    coloured = [float(np.ptp(colour)) > NEUTRAL for colour in (first, second)]
    if coloured[0] != coloured[1]:
        return int(coloured[1])
    if abs(first.max() - second.max()) < NEUTRAL:
        names = ["#" + "".join(f"{round(channel):02x}" for channel in colour) for colour in (first, second)]
        remedy = f"Set data.mask.levels=['{names[1]}'] to what is inside, or save it white on black."
        raise UserError("mask", f"does not say which of its colours {names[0]} and {names[1]} is inside", remedy)
    return int(second.max() > first.max())


def _listed(stored: Stored) -> str:
    """The commonest levels, as `Levels` takes them."""
    found, counts = np.unique(_packed(stored.values) if stored.indices is None else stored.indices, return_counts=True)
    common = sorted(found[np.argsort(-counts, kind="stable")][:4].tolist())
    coloured = stored.indices is None and stored.values.ndim == 3
    named = ", ".join(f"'#{level:06x}'" if coloured else f"{level:g}" for level in common)
    return named if len(found) <= len(common) else f"{named} and {len(found) - len(common)} more"


def _by_levels(stored: Stored, levels: Levels) -> np.ndarray:
    grey = stored.values if stored.values.ndim == 2 else stored.values.max(axis=2)
    if levels.least is not None:
        return np.asarray((grey if stored.indices is None else stored.indices) >= levels.least)
    named = [int(level[1:], 16) for level in levels.are if isinstance(level, str)]
    numbers = [level for level in levels.are if not isinstance(level, str)]
    inside = np.isin(grey if stored.indices is None else stored.indices, numbers)
    if named:
        rgb = _packed(stored.values)
        inside |= np.isin(rgb * 65793 if stored.values.ndim == 2 else rgb, named)  # grey 0x12 is the colour 0x121212
    return inside
