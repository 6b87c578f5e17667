"""Pneumonia: an opacity inside one lung, soft at its border, mottled, sometimes faint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.phantom.cxr_chest import SIDES, Chest
from sightline.phantom.cxr_tissue import soft
from sightline.phantom.noise import Field, centres, field
from sightline.phantom.outline import Outline, make_outline

_TRIES = 200


@dataclass(frozen=True, eq=False)
class Opacity:
    """Attributes:
    lung: in which it lies, `right_lung` or `left_lung`.
    outline: its border, where it is half as dense as inside; what lies outside the lung is not filled.
    strength: 0.45 faint to 1 dense.
    """

    lung: str
    outline: Outline
    strength: float

    def mask(self, chest: Chest, size: int) -> Field:
        """(size, size) bool: what of it lies in the lung that is seen beside the heart."""
        result: Field = self.outline.mask(size) & chest.lung(size, SIDES[self.lung])
        return result


def make_opacity(rng: np.random.Generator, chest: Chest) -> Opacity:
    """Somewhere in one lung, its middle well inside and beside the heart."""
    lung = str(rng.choice(list(SIDES)))
    side = SIDES[lung]
    tries = np.column_stack([chest.middle + side * rng.uniform(0.1, 0.38, _TRIES), rng.uniform(0.18, 0.75, _TRIES)])
    from_heart, border = chest.heart.polar(tries[:, 1], tries[:, 0])
    free = (chest.depth(tries[:, 1], tries[:, 0], side) > 0.045) & (from_heart - border > 0.035)
    x, y = tries[np.argmax(free)]
    area, strength = np.pi * rng.uniform(0.07, 0.125) ** 2, 0.45 + 0.55 * rng.beta(1.6, 1.4)
    shape = make_outline(rng, float(area), (0.5, 0.5), 0.35)
    return Opacity(lung, Outline(float(x), float(y), shape.radii), float(strength))


def paint_opacity(rng: np.random.Generator, opacity: Opacity, size: int) -> Field:
    """The absorption that the opacity adds to a lung full of air: (size, size), about 0 to 0.3."""
    at = centres(size)
    y, x = at[:, None], at[None]
    distance, border = opacity.outline.polar(y, x)
    cloud = 0.020 * field(rng, size, 9) + 0.016 * field(rng, size, 20)  # the border frays
    dense = soft(border - distance + cloud, rng.uniform(0.030, 0.055))
    mottled = np.clip(1 + 0.17 * field(rng, size, 13) + 0.15 * field(rng, size, 30), 0.4, 1.6)
    return np.asarray(0.29 * opacity.strength * dense * mottled)
