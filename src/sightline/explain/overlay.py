"""Attention on a picture, without making it look like more than it is.

The scale is not stretched to fill the colours unless that is asked for: a map in [0, 1] is shown on the scale 0 to 1, and of signed
evidence the positive part relative to its own maximum or to a common one. A map that says nothing is shown as a greyed picture with a note,
neither blank nor as colours made of rounding errors. A coarse map is drawn as the cells that it has: between them nothing was computed, and
a smooth blob or cross would be made up. The programs of AttnMel and GG-CAM stretch every map from its minimum to its maximum, which shows
where a map is higher, and hides whether a gate is open, or any evidence positive, at all.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import binary_dilation, binary_erosion

from sightline.explain.colours import Colours, paint, scheme, strength
from sightline.explain.window import Window, put_back
from sightline.metrics.scores.localisation import upsample

Range = Literal["evidence", "unit"]

NO_EVIDENCE = "no positive evidence"
NO_ATTENTION = "no attention anywhere"
FLAT = "the same everywhere"
NOT_A_NUMBER = "not a number"
COARSE = 8  # cells of the longer side up to which a map is drawn as cells
_ROWS = 256  # of a large picture that are blended at a time


class Displayed(NamedTuple):
    """A map as it is shown: values (H, W) float32 in [0, 1], NaN where the network saw nothing; and why there is nothing to see, if so."""

    values: np.ndarray
    note: str


def display(
    attention: np.ndarray,
    range: Range,
    size: tuple[int, int],
    scale: float | None = None,
    *,
    where: Window | None = None,
    signed: bool = False,
    stretch: bool = False,
) -> Displayed:
    """Brings a raw map to the size and the scale on which it is shown.

    >>> display(np.array([[-2.0, -1.0]]), "evidence", (2, 4)).note
    'no positive evidence'

    Args:
        attention: (h, w), raw; a coarse one is drawn as cells, see `is_coarse`, a finer one is enlarged bilinearly, as the scores do.
        range: `unit` maps keep their values; of `evidence` the positive part is divided by `scale`.
        size: (H, W).
        scale: evidence that is shown as 1; None: the map's own maximum. Give the same for maps that are to be compared.
        where: the part of the picture that the map covers; None: all of it.
        signed: show evidence of both signs: 0 strongest against, 0.5 none, 1 strongest for.
        stretch: show the map's minimum as 0 and its maximum as 1, as the programs of AttnMel and GG-CAM do; never as cells.
    """
    raw = np.asarray(attention)
    if stretch and np.isfinite(raw).all():
        raw, range, scale = raw - raw.min(), "evidence", None
    both = signed and range == "evidence"
    if is_coarse(raw) and not stretch:
        large = put_back(raw, where or (0, 0, size[1], size[0]), size, cells=True)  # (H, W)
    else:
        large = upsample(raw[None], size)[0] if where is None else put_back(raw, where, size)
    judged = np.abs(raw) if both else raw
    seen = np.abs(large) if both else large
    # also of the enlarged map: where it is made smaller, the only evidence may fall between its pixels
    if note := says_nothing(judged, range) or says_nothing(seen[~np.isnan(seen)], range):
        return Displayed(np.zeros(size, np.float32), note)
    top = 1.0 if range == "unit" else scale or float(np.nanmax(seen))
    shown = 0.5 + large / (2 * top) if both else large / top
    return Displayed(np.clip(shown, 0, 1).astype(np.float32), "")


def is_coarse(attention: np.ndarray) -> bool:
    """Whether a map (h, w) has so few cells that it is drawn as cells."""
    return bool(max(attention.shape) <= COARSE)


def grid_words(shape: tuple[int, ...], width: float, height: float, of: str = "pixels") -> str:
    """The cells of a map in words, so that nobody takes their borders for those of a finding.

    >>> grid_words((4, 4), 128, 96)
    '4 x 4 cells, each 32 x 24 pixels'

    Args:
        shape: of the map, (h, w).
        width, height: of the part of the picture that it covers.
    """
    rows, columns = shape[-2:]
    return f"{columns} x {rows} cells, each {width / columns:.3g} x {height / rows:.3g} {of}"


def says_nothing(attention: np.ndarray, range: Range) -> str:
    """Why a raw map points nowhere; empty if it does point somewhere.

    A gate that is equally open everywhere has something to show, evidence that is equal everywhere has not.
    """
    if not np.isfinite(attention).all():
        return NOT_A_NUMBER
    if attention.max() <= 0:
        return NO_ATTENTION if range == "unit" else NO_EVIDENCE
    return FLAT if range == "evidence" and attention.max() == attention.min() else ""


def overlay(image: np.ndarray, values: np.ndarray, alpha: float | None = None, cmap: str = "default") -> np.ndarray:
    """Paints attention over a picture. By default the colour covers more the more attention there is, so that the picture stays readable
    where the model does not look.

    Args:
        image: (H, W, 3) uint8.
        values: (H, W) in [0, 1]; NaN darkens the picture, which the network did not see there.
        alpha: share of the colour where attention is highest; None: as the colours have it.
        cmap: a name of `colours.SCHEMES`.

    Returns:
        (H, W, 3) uint8.
    """
    colours = scheme(cmap)
    if alpha is not None:
        colours = Colours(colours.name, alpha, colours.grows, colours.signed)
    out = np.empty_like(image)
    for start in range(0, len(image), _ROWS):
        part = slice(start, start + _ROWS)
        unseen = np.isnan(values[part])
        filled = np.where(unseen, 0, values[part])
        cover = strength(filled, colours)[..., None]  # (n, W, 1)
        out[part] = np.rint(image[part] * (1 - cover) + paint(filled, colours) * cover).astype(np.uint8)
        out[part][unseen] = image[part][unseen] // 3
    return out


def contour(image: np.ndarray, roi: np.ndarray, colour: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    """Draws the outline of a region: a light line inside and a dark line outside, so that it is seen on any skin.

    Args:
        image: (H, W, 3) uint8.
        roi: (H, W) in [0, 1]; the outline runs at half of its maximum, which for a mask is its border. Nothing marked, nothing drawn.
        colour: of the inner line.
    """
    if roi.max() <= 0:
        return image
    inside = roi >= roi.max() / 2
    width = max(1, round(max(roi.shape) / 260))
    out = image.copy()
    out[binary_dilation(inside, iterations=width) & ~inside] = (20, 20, 20)
    out[inside & ~binary_erosion(inside, iterations=width)] = colour
    return out


def nothing(image: np.ndarray, note: str) -> np.ndarray:
    """The picture in grey, with a note across it: here the map says nothing. (H, W, 3) uint8 -> (H, W, 3) uint8"""
    grey = Image.fromarray(image).convert("L").convert("RGB").point(lambda level: 96 + level // 2)
    height, width = image.shape[:2]
    draw = ImageDraw.Draw(grey)
    size = max(6.0, width / 12)
    while size > 6 and draw.textlength(note, ImageFont.load_default(size)) > 0.92 * width:
        size *= 0.9
    band = size
    draw.rectangle((0, height / 2 - band, width, height / 2 + band), fill=(40, 44, 52))
    draw.text((width / 2, height / 2), note, fill=(255, 255, 255), font=ImageFont.load_default(size), anchor="mm")
    return np.asarray(grey)


def shown(
    image: np.ndarray,
    attention: np.ndarray,
    range: Range,
    *,
    roi: np.ndarray | None = None,
    scale: float | None = None,
    where: Window | None = None,
    cmap: str = "default",
    stretch: bool = False,
) -> np.ndarray:
    """All of it together: the map over the picture with the outline of the ROI, or the note why there is no map to see.

    Args:
        image: (H, W, 3) uint8.
        attention: (h, w), raw.
        roi: (H, W) in [0, 1].
        scale, where, stretch: see `display`.
        cmap: a name of `colours.SCHEMES`; signed colours are for evidence only, and not for maps that are stretched.
    """
    signed = scheme(cmap).signed
    both = signed and not stretch
    values, note = display(attention, range, image.shape[:2], scale, where=where, signed=both, stretch=stretch)
    if note:
        # the outline lies below the note, so that the note can be read
        return nothing(image if roi is None else contour(image, roi), note)
    painted = overlay(image, values, cmap="default" if signed and (range == "unit" or stretch) else cmap)
    return painted if roi is None else contour(painted, roi)
