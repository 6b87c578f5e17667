"""Greys of more than 8 bits: one scale for all pictures of a data set decides which of them are black and which are white."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from sightline.errors import UserError

Kind = Literal["whole numbers", "floats", "DICOM", "volume"]
BY_ITSELF: tuple[Kind, ...] = ("DICOM", "volume")  # each file has a scale of its own, from its smallest to its largest value
Range = tuple[float, float]


@dataclass(frozen=True)
class Deep:
    """A grey picture, or one of several channels, before it is shown.

    Attributes:
        values: (H, W) or (H, W, C), as stored; of DICOM after the rescale.
        kind: what they are.
        low, high: the smallest and the largest value that says something; padding is left out. Of a slice those of its volume.
        inverted: small values are bright.
    """

    values: np.ndarray
    kind: Kind
    low: float
    high: float
    inverted: bool = False

    @classmethod
    def of(cls, values: np.ndarray, inverted: bool = False) -> Deep:
        """Stored values of a PNG or TIFF file."""
        return cls(values, "floats" if values.dtype.kind == "f" else "whole numbers", float(values.min()), float(values.max()), inverted)


def range_of(kind: Kind, highest: float, lowest: float = 0) -> Range:
    """The greys that become black and white where nobody says which, from the extremes of one picture or of a whole data set.

    Whole numbers: 0 and the smallest 2^n - 1 that holds them all, since 12-bit data are stored in 16 bits. Floats: 0 and the largest.
    DICOM and volumes: the smallest and the largest.
    """
    if kind in BY_ITSELF:
        return lowest, highest
    if kind == "floats":
        return 0.0, highest if highest > 0 else 1.0
    return 0.0, float(2 ** max(8, int(highest).bit_length()) - 1)


def shown(deep: Deep, grey: Range | None, where: str | Path) -> np.ndarray:
    """The picture as (H, W, 3) uint8, or (H, W, C) of several channels, which share the scale.

    Args:
        grey: the values that become black and white; what lies beyond them is cut off. None: see `range_of`, for this picture alone.

    Raises:
        UserError: undefined values, or negative ones without a scale that says what they are.
    """
    if not (np.isfinite(deep.low) and np.isfinite(deep.high)):
        raise UserError(where, "holds undefined or infinite grey values", "Save it again with a finite number in each pixel.")
    if grey is None and deep.low < 0 and deep.kind not in BY_ITSELF:
        remedy = f"They reach from {deep.low:g} to {deep.high:g}: `data.grey=[LOW,HIGH]` says which become black and white."
        raise UserError(where, "holds negative grey values", remedy)
    low, high = grey or range_of(deep.kind, deep.high, deep.low)
    with np.errstate(over="ignore", invalid="ignore"):  # the largest floats are further apart than a float can say
        scaled = (np.clip(deep.values, low, high) - np.float64(low)) * (255 / (high - low) if high > low else 0)
    levels = np.rint(255 - scaled if deep.inverted else scaled).astype(np.uint8)
    return levels if levels.ndim == 3 else np.repeat(levels[:, :, None], 3, axis=2)  # (H, W, 3 or C)


def common_range(found: Iterable[tuple[str, Kind, float]]) -> Range | None:
    """One scale for all deep pictures of a data set; None where it holds none, or only DICOM files or volumes, of which
    each has its own.

    Args:
        found: (file, kind, largest value) of each deep picture.

    Raises:
        UserError: pictures of several kinds, which no scale fits.
    """
    first: dict[Kind, str] = {}
    highest: dict[Kind, float] = {}
    for file, kind, high in found:
        first.setdefault(kind, file)
        highest[kind] = max(high, highest.get(kind, high))
    if len(first) > 1:
        (kind, file), (other, another) = list(first.items())[:2]
        reason = f"holds greys as {kind}, but {another} holds them as {other}: no scale fits both"
        raise UserError(file, reason, "Save all pictures in one way, or say what is black and white with `data.grey=[LOW,HIGH]`.")
    return next((range_of(kind, high) for kind, high in highest.items() if kind not in BY_ITSELF), None)
