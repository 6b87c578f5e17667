"""Which pixels of a scene show what: the things that feature maps were found to answer to (Van Molle et al. 2018, fig. 1 to 5)."""

from __future__ import annotations

import numpy as np

from sightline.phantom.hair import paint_hair
from sightline.phantom.lesion import paint_lesion
from sightline.phantom.noise import Field, centres
from sightline.phantom.scene import ARTEFACTS, Scene
from sightline.phantom.skin import paint_skin

PARTS = ("lesion", "border", "dark", "skin", "hair", *ARTEFACTS)
_RIM = 0.025  # half the width of the border, in image sides
_DARK = 0.75  # of the median brightness of the lesion
_SEEN = 0.2  # what a hair covers of a pixel at least


def part_mask(scene: Scene, part: str, size: int, artefact: str | None = None) -> Field:
    """One of `PARTS`.

    `border` is a band along the outline of the lesion. `dark` are the regions inside it that are clearly darker than the rest of it: the
    larger, the less uniform its colour; there may be none. `skin` is what nothing lies on.

    Args:
        artefact: what lies beside the lesion; it covers skin.

    Returns:
        (size, size) bool.
    """
    match part:
        case "lesion":
            return scene.outline.mask(size)
        case "border":
            distance, border = scene.outline.polar(centres(size)[:, None], centres(size)[None, :])
            return np.asarray(np.abs(distance - border) < _RIM)
        case "dark":
            return _dark(scene, size)
        case "hair":
            return np.asarray(paint_hair(scene.stream("hair"), size).cover > _SEEN) if scene.hair else np.zeros((size, size), bool)
        case "skin":
            bare = ~scene.outline.mask(size) & ~part_mask(scene, "hair", size)
            result: Field = bare & ~part_mask(scene, artefact, size) if artefact else bare
            return result
    return np.asarray(scene.artefact(part, size).cover > 0)


def _dark(scene: Scene, size: int) -> Field:
    inside = scene.outline.mask(size)
    skin = paint_skin(scene.stream("skin"), size, scene.skin_type)
    brightness = paint_lesion(scene.stream("lesion"), skin, scene.outline, scene.disorder).mean(axis=2)  # (size, size)
    return np.asarray(inside & (brightness < _DARK * np.median(brightness[inside])))
