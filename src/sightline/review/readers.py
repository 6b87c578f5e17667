"""Several reviewers of one case: how well they agree, and one region made of their outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np

from sightline.data.annotation import Size
from sightline.data.guide.consensus import kappa
from sightline.review.judgement import region
from sightline.review.outlines import dice
from sightline.review.store import Kept, Overview

Combined = Literal["united", "shared", "majority"]


class Outlined(NamedTuple):
    """How well the outlines of two reviewers agree on one case: Dice, and Cohen's kappa of its pixels, None where chance explains all."""

    one: str
    other: str
    dice: float
    kappa: float | None


class Alike(NamedTuple):
    """How well two reviewers agree on maps: cases that both judged, those judged alike, and Cohen's kappa, None if both said one thing."""

    one: str
    other: str
    cases: int
    alike: int
    kappa: float | None


def regions(rows: Sequence[Kept], size: Size) -> dict[str, np.ndarray]:
    """Reviewer -> what they have outlined, (H, W) bool, by name; those without an outline are left out."""
    return {row.reviewer: region(row.said.shapes, size) for row in sorted(rows, key=lambda row: row.reviewer) if row.said.shapes}


def agreements(found: Mapping[str, np.ndarray]) -> list[Outlined]:
    """How well the outlines of each pair of reviewers agree."""
    pairs = ((one, other, dice(found[one], found[other])) for one, other in combinations(found, 2))
    return [Outlined(one, other, value, kappa(found[one], found[other])) for one, other, value in pairs if value is not None]


def judged_alike(said: Overview) -> list[Alike]:
    """How well each pair of reviewers agrees on whether maps are right, over the cases that both judged."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for words in said.values():
        judged = sorted((one.reviewer, one.map) for one in words if one.map)
        for (one, a), (other, b) in combinations(judged, 2):
            pairs.setdefault((one, other), []).append((a, b))
    found = []
    for names, both in sorted(pairs.items()):
        first, second = np.array(both).T
        found.append(Alike(*names, len(both), int((first == second).sum()), kappa(first, second)))
    return found


def combined(masks: Sequence[np.ndarray], way: Combined) -> np.ndarray:
    """One region (H, W) bool of several: what any, all, or more than half of them hold."""
    votes = np.sum(masks, axis=0)
    least = {"united": 1, "shared": len(masks), "majority": len(masks) // 2 + 1}[way]
    result: np.ndarray = votes >= least
    return result
