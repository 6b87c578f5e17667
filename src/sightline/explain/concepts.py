"""Masks of everything that is marked in some images: the concepts with which units are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, max_pool2d

from sightline.config import Data
from sightline.data.images import image_size
from sightline.data.regions import marks_seen
from sightline.types import Annotation, Record

BORDER = "border"
FINEST = 56  # pixels of a side at which masks are compared: about a percent of the image is the least that counts


@dataclass(frozen=True)
class Concepts:
    """Names (C), masks (N, C, S, S) float32 in [0, 1], and whether each image says anything about each, (N, C) bool."""

    names: list[str]
    masks: np.ndarray
    known: np.ndarray


def concepts_of(records: Sequence[Record], data: Data) -> Concepts:
    """The named regions of the images, and, unless the regions hold them already, the annotation and what to avoid (`annotated`, `avoid`).

    The region `border` is also divided into its top, bottom, left and right. Images without this region, but with outlines of what is
    annotated, have it as a band along the outline, two positions wide.

    Masks are moved and cut as the images are that are not trained on, and averaged to at most `FINEST` pixels a side.

    Raises:
        UserError: an annotation that cannot be read.
    """
    marks = [_marks(record) for record in records]
    names = list(dict.fromkeys(name for found in marks for name in found))
    for extra in ("annotated", "avoid"):
        if all(set(found.get(extra, ())) <= {m for name, marked in found.items() if name != extra for m in marked} for found in marks):
            names = [name for name in names if name != extra]
    side = min(data.image_size, FINEST)
    masks = np.zeros((len(records), len(names), side, side), np.float32)
    known = np.zeros(masks.shape[:2], bool)
    for i, (record, found) in enumerate(zip(records, marks, strict=True)):
        size = image_size(record.image)
        for c, name in enumerate(names):
            seen = marks_seen(found.get(name, ()), size, data, record.id)
            if seen is not None:
                known[i, c], masks[i, c] = True, adaptive_avg_pool2d(seen, side)[0].numpy()
    outlined = all(mark.kind in ("mask", "polygon", "nothing") for found in marks for mark in found.get("annotated", ()))
    return _with_borders(Concepts(names, masks, known), outlined)


def _with_borders(found: Concepts, outlined: bool) -> Concepts:
    """The concepts, with the border of what is annotated, if they lack it and have outlines, and with its sides."""
    names, masks, known = found.names, found.masks, found.known
    if BORDER not in names and "annotated" in names and outlined:
        c = names.index("annotated")
        band = _band(torch.from_numpy(masks[:, c])).numpy()
        names, masks, known = [*names, BORDER], _beside(masks, band[:, None]), _beside(known, known[:, [c]])
    if BORDER not in names:
        return Concepts(names, masks, known)
    c = names.index(BORDER)
    sides = np.stack([_sides(border) for border in masks[:, c]])  # (N, 4, S, S)
    names = [*names, *(f"{BORDER}, {side}" for side in ("top", "bottom", "left", "right"))]
    return Concepts(names, _beside(masks, sides), _beside(known, known[:, [c] * 4]))


def _beside(some: np.ndarray, more: np.ndarray) -> np.ndarray:
    return np.concatenate([some, more], axis=1)


def _band(masks: Tensor) -> Tensor:
    """What lies along the outline: the mask, grown by a position, less the mask, shrunk by one. (N, S, S) in [0, 1] -> the same"""
    return max_pool2d(masks, 3, 1, 1) + max_pool2d(-masks, 3, 1, 1)


def _sides(border: np.ndarray) -> np.ndarray:
    """The quarters of a border in which it lies above, below, left and right of its middle. (S, S) -> (4, S, S)"""
    rows, columns = np.indices(border.shape, dtype=np.float64)
    total = max(float(border.sum()), 1e-12)
    down, right = rows - float((rows * border).sum()) / total, columns - float((columns * border).sum()) / total
    upright = np.abs(down) >= np.abs(right)
    return np.stack(
        [
            border * (upright & (down < 0)),
            border * (upright & (down >= 0)),
            border * (~upright & (right < 0)),
            border * (~upright & (right > 0)),
        ]
    )


def _marks(record: Record) -> dict[str, tuple[Annotation, ...]]:
    return dict(record.regions) | {name: m for name, m in (("annotated", record.annotations), ("avoid", record.avoid)) if m}
