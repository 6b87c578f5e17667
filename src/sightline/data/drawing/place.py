"""Where an artefact may lie: apart from the lesion."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.noise import Field
from sightline.data.drawing.outline import Outline

GAP = 0.06  # least distance between an artefact and the lesion, in units of the image side
_TRIES = 96


def free_discs(rng: np.random.Generator, outline: Outline, radii: Field, margin: float) -> tuple[Field, Field]:
    """Places for discs that keep the gap to the lesion: centres (K, 2) and radii (K,), shrunk where nothing larger fits.

    Args:
        margin: how far inside the image a centre must lie; negative lets it leave the image.
    """
    tries = rng.uniform(margin, 1 - margin, (len(radii), _TRIES, 2))
    border = outline.points[::8]  # (P, 2)
    away = np.sqrt(((tries[:, :, None] - border) ** 2).sum(-1).min(-1))  # (K, TRIES)
    inside = np.hypot(*(tries - (outline.x, outline.y)).T).T < outline.radii.max()
    room = np.where(inside & _within(outline, tries), 0, away) - GAP - 0.005
    fits = room >= radii[:, None]
    chosen = np.where(fits.any(1), fits.argmax(1), room.argmax(1))
    row = np.arange(len(radii))
    return tries[row, chosen], np.minimum(radii, room[row, chosen])


def _within(outline: Outline, points: Field) -> Field:
    offset = points - (outline.x, outline.y)
    turn = np.arctan2(offset[..., 1], offset[..., 0]) * len(outline.radii) / (2 * np.pi)
    return np.asarray(np.hypot(offset[..., 0], offset[..., 1]) < outline.radii[np.rint(turn).astype(int) % len(outline.radii)])
