"""Masks of everything that is marked in some images: the concepts with which units are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch.nn.functional import adaptive_avg_pool2d

from sightline.config import Data
from sightline.data.images import image_size
from sightline.data.regions import marks_seen
from sightline.types import Annotation, Record

FINEST = 56  # pixels of a side at which masks are compared: about a percent of the image is the least that counts


@dataclass(frozen=True)
class Concepts:
    """Names (C), masks (N, C, S, S) float32 in [0, 1], and whether each image says anything about each, (N, C) bool."""

    names: list[str]
    masks: np.ndarray
    known: np.ndarray


def concepts_of(records: Sequence[Record], data: Data) -> Concepts:
    """The named regions of the images, and, unless the regions hold them already, the annotation and what to avoid (`annotated`, `avoid`).

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
    return Concepts(names, masks, known)


def _marks(record: Record) -> dict[str, tuple[Annotation, ...]]:
    return dict(record.regions) | {name: m for name, m in (("annotated", record.annotations), ("avoid", record.avoid)) if m}
