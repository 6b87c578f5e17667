"""Outlines of several readers: one region of them, and how well they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Merge = Literal["union", "intersection", "majority", "staple"]
START = 0.99999  # sensitivity and specificity of every reader before the first step
STEPS = 1000
SETTLED = 1e-9  # change of every rate with which the estimate ends


@dataclass(frozen=True)
class Staple:
    """What `staple` estimates.

    Attributes:
        probability: (H, W) that a pixel belongs to the region.
        sensitivity: (R,) share of the region's pixels that each reader marks.
        specificity: (R,) share of the other pixels that each reader leaves out.
    """

    probability: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray


def staple(masks: np.ndarray) -> Staple:
    """The region that several readers mark, and the rates of each, by expectation and maximisation.

    W = f prod_j p_j^D_j (1 - p_j)^(1 - D_j), divided by itself plus (1 - f) prod_j (1 - q_j)^D_j q_j^(1 - D_j); then
    p_j = sum W D_j / sum W and q_j = sum (1 - W)(1 - D_j) / sum (1 - W), until nothing changes. f is the share of all marks. Pixels that
    the same readers mark have one W, so each step counts the combinations of readers and not the pixels, without any approximation.

    Source: Warfield, Zou, Wells: Simultaneous truth and performance level estimation (STAPLE). IEEE Trans. Med. Imaging 23(7), 2004,
    sections II and III, without a spatial prior.

    Args:
        masks: (R, H, W) bool, R readers.
    """
    readers = len(masks)
    patterns, place, counts = np.unique(masks.reshape(readers, -1), axis=1, return_inverse=True, return_counts=True)  # (R, K)
    share = float((patterns * counts).sum() / (readers * counts.sum()))
    p, q = np.full(readers, START), np.full(readers, START)
    weight = np.zeros(len(counts))
    for _ in range(STEPS):
        inside = share * np.where(patterns, p[:, None], 1 - p[:, None]).prod(axis=0)  # (K,)
        outside = (1 - share) * np.where(patterns, 1 - q[:, None], q[:, None]).prod(axis=0)
        both = inside + outside
        weight = np.divide(inside, both, out=weight.copy(), where=both > 0)  # where both are too small for a float, as before
        before = np.concatenate([p, q])
        p = _rate(patterns, weight * counts, p)
        q = _rate(~patterns, (1 - weight) * counts, q)
        if np.abs(np.concatenate([p, q]) - before).max() < SETTLED:
            break
    return Staple(weight[place.ravel()].reshape(masks.shape[1:]), p, q)


def _rate(patterns: np.ndarray, weights: np.ndarray, before: np.ndarray) -> np.ndarray:
    """(R,) share of the weights that each reader's pixels have; as before where there are none."""
    total = weights.sum()
    result: np.ndarray = (patterns * weights).sum(axis=1) / total if total > 0 else before
    return result


def merged(masks: np.ndarray, how: Merge) -> np.ndarray:
    """One mask (H, W) bool of several (R, H, W).

    Args:
        how: `union`, `intersection`, `majority` (more than half of the readers), or `staple` (probability of at least one half).
    """
    match how:
        case "union":
            return np.asarray(masks.any(axis=0))
        case "intersection":
            return np.asarray(masks.all(axis=0))
        case "majority":
            return np.asarray(masks.sum(axis=0) * 2 > len(masks))
        case "staple":
            return staple(masks).probability >= 0.5


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """2 |A and B| / (|A| + |B|) of two masks; 1 where both are empty.

    >>> dice(np.array([1, 1, 0]) > 0, np.array([0, 1, 0]) > 0)
    0.6666666666666666
    """
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0


def kappa(a: np.ndarray, b: np.ndarray) -> float | None:
    """Cohen's kappa of two masks, pixel by pixel, or of two readers' words: (observed - expected agreement) / (1 - expected).

    None where expected agreement is 1, as of two empty masks.

    Source: Cohen: A coefficient of agreement for nominal scales. Educ. Psychol. Meas. 20(1), 1960.

    >>> kappa(np.array([1, 1, 0, 0]) > 0, np.array([1, 0, 0, 0]) > 0)
    0.5
    """
    values = (False, True) if a.dtype == bool else np.union1d(a, b)
    expected = sum(float((a == value).mean()) * float((b == value).mean()) for value in values)
    return (float((a == b).mean()) - expected) / (1 - expected) if expected < 1 else None
