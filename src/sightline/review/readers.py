"""The outlines of several reviewers of one case: how well they agree, and one region made of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np

from sightline.data.annotation import Size
from sightline.review.judgement import region
from sightline.review.outlines import dice
from sightline.review.store import Kept

Combined = Literal["united", "shared", "majority"]


def regions(rows: Sequence[Kept], size: Size) -> dict[str, np.ndarray]:
    """Reviewer -> what they have outlined, (H, W) bool, by name; those without an outline are left out."""
    return {row.reviewer: region(row.said.shapes, size) for row in sorted(rows, key=lambda row: row.reviewer) if row.said.shapes}


def agreements(found: Mapping[str, np.ndarray]) -> list[tuple[str, str, float]]:
    """The Dice coefficient of each pair of reviewers."""
    pairs = ((one, other, dice(found[one], found[other])) for one, other in combinations(found, 2))
    return [(one, other, value) for one, other, value in pairs if value is not None]


def combined(masks: Sequence[np.ndarray], way: Combined) -> np.ndarray:
    """One region (H, W) bool of several: what any, all, or more than half of them hold."""
    votes = np.sum(masks, axis=0)
    least = {"united": 1, "shared": len(masks), "majority": len(masks) // 2 + 1}[way]
    result: np.ndarray = votes >= least
    return result
