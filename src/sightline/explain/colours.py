"""The colours of maps and of figures."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib
import numpy as np

from sightline.errors import UserError, nearest

# Okabe and Ito's colours, which differ for every kind of colour vision
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6C6C6C")
RIGHT, WRONG = "#00805C", "#C4320A"
INK, MUTED, FAINT = "#22262e", "#6b7280", "#d5d9e0"


@dataclass(frozen=True)
class Colours:
    """How attention is painted over a picture.

    Attributes:
        name: of matplotlib's colour map.
        alpha: share of the colour where the attention is highest.
        grows: alpha grows with the attention from nothing; otherwise it is the same everywhere, and the lowest colour means "lowest".
        signed: the map has two ends: 0 strongest against the class, 0.5 nothing, 1 strongest for it.
    """

    name: str
    alpha: float
    grows: bool = True
    signed: bool = False


SCHEMES = {
    # equal steps look equal, also to the colour-blind and in grey, and its upper end does not occur on skin
    "default": Colours("viridis", 0.85),
    # as the papers print it: red highest, blue lowest (000-43), 0.6 image + 0.4 colour (003-40)
    "jet": Colours("jet", 0.4, grows=False),
    # evidence against the class beside the evidence for it
    "signed": Colours("PuOr_r", 0.85, signed=True),
}


def scheme(name: str) -> Colours:
    """The colours of that name.

    Raises:
        UserError: there are none.
    """
    if name not in SCHEMES:
        raise UserError(f"colours {name!r}", "are unknown", nearest(name, SCHEMES))
    return SCHEMES[name]


def paint(values: np.ndarray, colours: Colours) -> np.ndarray:
    """Values in [0, 1] (...,) -> RGB (..., 3) float32 in [0, 255]."""
    table = matplotlib.colormaps[colours.name](np.linspace(0, 1, 256))[:, :3].astype(np.float32) * 255
    result: np.ndarray = table[np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)]
    return result


def strength(values: np.ndarray, colours: Colours) -> np.ndarray:
    """How much of the colour covers the picture at each value, in [0, alpha]. (...,) -> (...,)"""
    if not colours.grows:
        return np.full(values.shape, colours.alpha, np.float32)
    distance = np.abs(2 * values - 1) if colours.signed else values
    result: np.ndarray = (colours.alpha * np.clip(distance, 0, 1)).astype(np.float32)
    return result
