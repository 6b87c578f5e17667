"""The plausibility of a predicted mask, judged without an annotation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from sightline.pseudo.settings import Keep

SPECK = 0.1  # of the largest piece's area: smaller pieces do not count


@dataclass(frozen=True)
class Quality:
    """What is seen of a predicted mask.

    Attributes:
        area: share of the image inside.
        confidence: mean probability inside the region, 0 where there is none.
        components: pieces of the region, specks not counted.
    """

    area: float
    confidence: float
    components: int


def quality(probability: np.ndarray) -> Quality:
    """Looks at one prediction, whose region is where the probability is at least a half.

    Args:
        probability: (h, w) in [0, 1].
    """
    inside = probability >= 0.5
    area = float(inside.mean())
    if not inside.any():
        return Quality(area, 0.0, 0)
    # of the inside alone: a haze of small probabilities around it says little, yet around a small region it would outweigh it
    confidence = float(probability[inside].mean(dtype=np.float64))
    pieces, _ = label(inside, np.ones((3, 3)))  # touching corners are one piece
    sizes = np.bincount(pieces[inside])  # of pieces 0, 1, ...; 0 is the outside
    return Quality(area, confidence, int((sizes >= SPECK * sizes.max()).sum()))


def faults(seen: Quality, keep: Keep) -> list[str]:
    """Why a mask is not kept, in words; none: it is."""
    if seen.area == 0:
        return ["nothing found"]
    found = []
    if seen.area < keep.smallest:
        found.append("too small")
    if seen.area > keep.largest:
        found.append("all of the image")
    if seen.components > keep.components:
        found.append(f"{seen.components} pieces")
    if seen.confidence < keep.confidence:
        found.append("unsure")
    return found


def overlap(predicted: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Dice and Jaccard of two masks (H, W) bool; of two empty ones both are 1, since nothing was rightly found."""
    both, sizes = int((predicted & true).sum()), int(predicted.sum()) + int(true.sum())
    return (2 * both / sizes, both / (sizes - both)) if sizes else (1.0, 1.0)
