"""Counterfactual images: artefacts pasted onto images, and artefacts painted out of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sightline.data.inpaint import inpaint as inpaint
from sightline.data.inpaint import whole as whole
from sightline.phantom.canvas import Layer
from sightline.phantom.gel import paint_gel
from sightline.phantom.hair import paint_hair
from sightline.phantom.ink import paint_ink
from sightline.phantom.outline import ANGLES, Outline, outline_around
from sightline.phantom.ruler import paint_ruler
from sightline.phantom.skin_marks import paint_band_aid, paint_dark_corner, paint_sticker, paint_swatch
from sightline.phantom.ultrasound_marks import paint_body_marker, paint_caliper, paint_depth_scale, paint_letters
from sightline.phantom.xray_marks import paint_collimation, paint_electrode, paint_token, paint_tube

_MIDDLE = 0.15  # radius of what is kept free where nobody said where the finding is, in image sides
_WIDEST = 0.31  # so that beside the largest region there is still room
_TRIES = 16


Painter = Callable[[np.random.Generator, Outline, int], Layer]


def _swatch(rng: np.random.Generator, _: Outline, size: int) -> Layer:
    return paint_swatch(rng, (size, size), round(rng.uniform(0.12, 0.2) * size))


def _text(rng: np.random.Generator, _: Outline, size: int) -> Layer:
    return paint_letters(rng, (size, size), rng.uniform(0.06, 0.1) * size)


def _anywhere(paint: Callable[[np.random.Generator, int], Layer]) -> Painter:
    return lambda rng, _, size: paint(rng, size)


def _apart(paint: Painter) -> Painter:
    """Draws again and again until something is drawn that leaves the finding free; of the last, what lies over the finding is cut away."""

    def painted(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
        inside = outline.mask(size)
        for _ in range(_TRIES):
            layer = paint(rng, outline, size).trimmed()
            if layer.cover.any() and not layer.cover[inside].any():
                return layer
        return Layer(layer.colour, np.where(inside, np.float32(0), layer.cover))

    return painted


_PAINTERS: dict[str, Painter] = {
    "ruler": paint_ruler,
    "ink": paint_ink,
    "sticker": paint_sticker,
    "band_aid": paint_band_aid,
    "gel": paint_gel,
    "hair": _apart(lambda rng, outline, size: paint_hair(rng, size, outline)),
    "dark_corner": _apart(paint_dark_corner),
    "caliper": _apart(paint_caliper),
    "text": _apart(_text),
    "body_marker": _apart(_anywhere(paint_body_marker)),
    "depth_scale": _apart(_anywhere(paint_depth_scale)),
    "token": _apart(_anywhere(paint_token)),
    "tube": _apart(_anywhere(paint_tube)),
    "electrode": _apart(paint_electrode),
    "collimation": _apart(paint_collimation),
    "swatch": _apart(_swatch),
}
ARTEFACTS = tuple(_PAINTERS)


def paste(image: np.ndarray, artefact: str, rng: np.random.Generator, roi: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """An artefact over an image, apart from the finding: where it covered that, a changed answer would tell nothing.

    Args:
        image: (H, W, C) uint8; of other channels than red, green and blue each gets the brightness of the artefact.
        artefact: one of `ARTEFACTS`, named as the tags of the data sets are.
        roi: (H, W), where the finding is: what is at least half of its maximum. What of it is further than 0.31 of the image's side from
            its centre may be covered, so that there is room beside the largest. None: the middle of the image is kept free.

    Returns:
        The image (H, W, C) uint8, and the pixels that the artefact touches, (H, W) bool; the others are as they were.
    """
    size = (image.shape[0], image.shape[1])
    outline = Outline(0.5, 0.5, np.full(ANGLES, _MIDDLE)) if roi is None or not roi.any() else outline_around(roi >= roi.max() / 2, _WIDEST)
    layer = _PAINTERS[artefact](rng, outline, max(size)).resized(size).trimmed()
    return layer.laid_on(image), layer.cover > 0
