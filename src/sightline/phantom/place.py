"""Places for artefacts, apart from the lesion."""

from __future__ import annotations

import numpy as np

from sightline.phantom.noise import Field
from sightline.phantom.outline import Outline

GAP = 0.06  # least distance between an artefact and the lesion, in units of the image side
_TRIES = 64


def free_discs(rng: np.random.Generator, outline: Outline, radii: Field, margin: float) -> tuple[Field, Field]:
    """Places for discs that keep the gap to the lesion: centres (K, 2) and radii (K,), smaller where the wanted ones do not fit.

    Args:
        margin: how far inside the image a centre lies at least; negative lets it leave the image.
    """
    tries = rng.uniform(margin, 1 - margin, (len(radii), _TRIES, 2))
    border = outline.points[::12]  # (P, 2)
    room = np.sqrt(((tries[:, :, None] - border) ** 2).sum(-1).min(-1)) - GAP - 0.005  # (K, TRIES)
    room[outline.contains(tries)] = 0
    fits = room >= radii[:, None]
    chosen = np.where(fits.any(1), fits.argmax(1), room.argmax(1))
    rows = np.arange(len(radii))
    return tries[rows, chosen], np.minimum(radii, room[rows, chosen])
