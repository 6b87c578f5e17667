"""What would the classifier say if the artefact were there, or were not? Artefacts pasted onto images, and painted out of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import maximum_filter1d

from sightline.data.drawing.band_aid import paint_band_aid
from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.gel import paint_gel
from sightline.data.drawing.ink import paint_ink
from sightline.data.drawing.letters import paint_letters
from sightline.data.drawing.outline import ANGLES, Outline
from sightline.data.drawing.ruler import paint_ruler
from sightline.data.drawing.sticker import paint_sticker
from sightline.data.drawing.swatch import paint_swatch
from sightline.data.inpaint import inpaint as inpaint
from sightline.data.inpaint import whole as whole

_MIDDLE = 0.15  # radius of what is kept free where nobody said where the finding is, in image sides
_WIDEST = 0.31  # so that beside the largest region there is still room
_TRIES = 16


def _swatch(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    return _apart(outline, size, lambda: paint_swatch(rng, (size, size), round(rng.uniform(0.12, 0.2) * size)))


def _text(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    return _apart(outline, size, lambda: paint_letters(rng, (size, size), rng.uniform(0.06, 0.1) * size))


def _apart(outline: Outline, size: int, draw: Callable[[], Layer]) -> Layer:
    """What is drawn in a corner, again and again until it leaves the finding free; the last where every corner is taken."""
    inside = outline.mask(size)
    for _ in range(_TRIES):
        layer = draw()
        if not layer.cover[inside].any():
            break
    return layer


_PAINTERS: dict[str, Callable[[np.random.Generator, Outline, int], Layer]] = {
    "ruler": paint_ruler,
    "ink": paint_ink,
    "sticker": paint_sticker,
    "band_aid": paint_band_aid,
    "gel": paint_gel,
    "swatch": _swatch,
    "text": _text,
}
ARTEFACTS = tuple(_PAINTERS)


def paste(image: np.ndarray, artefact: str, rng: np.random.Generator, roi: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """An artefact over an image, apart from the finding: where it covered that, a changed answer would tell nothing.

    Args:
        image: (H, W, 3) uint8.
        artefact: one of `ARTEFACTS`, named as the tags of the data sets are.
        roi: (H, W), where the finding is: what is at least half of its maximum. What of it is further than 0.31 of the image's side from
            its centre may be covered, so that there is room beside the largest. None: the middle of the image is kept free.

    Returns:
        The image (H, W, 3) uint8, and the pixels that the artefact touches, (H, W) bool; the others are as they were.
    """
    size = (image.shape[0], image.shape[1])
    outline = Outline(0.5, 0.5, np.full(ANGLES, _MIDDLE)) if roi is None or not roi.any() else _around(roi >= roi.max() / 2)
    layer = _PAINTERS[artefact](rng, outline, max(size)).resized(size).trimmed()
    return layer.laid_on(image), layer.cover > 0


def _around(inside: np.ndarray) -> Outline:
    """The star-shaped border that just holds a region (H, W) bool, in units of the image's sides."""
    rows, columns = np.nonzero(inside)
    y, x = (rows + 0.5) / inside.shape[0], (columns + 0.5) / inside.shape[1]
    dy, dx = y - y.mean(), x - x.mean()
    radii = np.zeros(ANGLES)
    np.maximum.at(radii, np.rint(np.arctan2(dy, dx) * ANGLES / (2 * np.pi)).astype(int) % ANGLES, np.hypot(dy, dx))
    radii = maximum_filter1d(radii, ANGLES // 20, mode="wrap")  # few pixels leave directions between them empty
    return Outline(float(x.mean()), float(y.mean()), radii.clip(1 / max(inside.shape), _WIDEST))
