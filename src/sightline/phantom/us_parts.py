"""Which pixels of an ultrasound picture show what."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_fill_holes

from sightline.phantom.noise import Field, centres
from sightline.phantom.us_scene import ARTEFACTS, UltrasoundScene

PARTS = ("lesion", "border", "behind", "skin", "gland", "muscle", *ARTEFACTS)
_RIM = 0.025  # half the width of the border, in image sides


def part_mask(scene: UltrasoundScene, part: str, size: int) -> Field:
    """One of `PARTS`.

    `border` is a band along the outline of the mass, `behind` what lies below it, where its shadow falls or echoes are enhanced. `skin`,
    `gland` and `muscle` are layers of the breast, the mass and what lies behind it included. Fat and glands are mixed in `gland`. Of a
    body marker its inside counts, too, as a person would mark it.

    Returns:
        (size, size) bool.
    """
    if part in ARTEFACTS:
        cover = scene.artefact(part, size).cover > 0
        return np.asarray(binary_fill_holes(cover) if part == "body_marker" else cover)
    at, inside = centres(size), scene.outline.mask(size)
    skin, gland, muscle = (scene.layers.depth(border, at) for border in (scene.layers.skin, scene.layers.gland, scene.layers.muscle))
    depth = at[:, None]
    match part:
        case "lesion":
            return inside
        case "border":
            distance, border = scene.outline.polar(depth, at[None])
            return np.asarray(np.abs(distance - border) < _RIM)
        case "behind":
            return np.asarray(np.logical_or.accumulate(inside, axis=0) & (depth > scene.outline.y) & ~inside)
        case "skin":
            return np.asarray(depth < skin)
        case "gland":
            return np.asarray((depth >= gland) & (depth < muscle))
    return np.asarray(depth >= muscle)
