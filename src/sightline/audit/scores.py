"""Numbers of an audit: each with its interval, the number of its images, and a test against zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, clusters, interval
from sightline.results.audit import Counted

DRAWS = 5000
_SUREST = 1e-4  # what is surer counts as this sure: beyond it, log-odds tell nothing more about decisions


class Sampling(TypedDict):
    """How intervals are made."""

    bootstrap: int
    confidence: float
    seed: int


def log_odds(probabilities: Array) -> Array:
    """The scale on which a change means the same for a probability near 0, near 1 and in the middle; at most 9.2 to either side."""
    p = np.clip(probabilities, _SUREST, 1 - _SUREST)
    result: Array = np.log(p / (1 - p))
    return result


def score(per_image: Array, groups: Groups | None, sampling: Sampling, *, share: bool = False) -> Counted:
    """Mean of one number per image, NaN where it does not apply; of a `share`, see `interval`."""
    values = np.asarray(per_image, dtype=np.float64)
    return Counted(**interval(values, groups=groups, **sampling, share=share).fields())


def scores(per_image: Mapping[str, Array], groups: Groups | None, sampling: Sampling) -> dict[str, Counted]:
    """`score` of each."""
    return {name: score(values, groups, sampling) for name, values in per_image.items()}


def sign_flip(changes: Array, groups: Groups | None = None, seed: int = 0) -> float:
    """Two-sided p value of a mean change of zero: how often random signs give as large a mean (permutation test of paired data).

    Changes of one patient are averaged first, since they are not independent. Without any change it is 1.

    Args:
        changes: (N,), one per image.
    """
    values = np.asarray(changes, dtype=np.float64)
    own = clusters(len(values), groups)
    means = np.bincount(own, values) / np.bincount(own)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(DRAWS, len(means)))
    reached = np.abs(signs @ means) >= abs(means.sum()) * (1 - 1e-9)
    return float((1 + reached.sum()) / (1 + DRAWS))


def shift_within(values: Array, tagged: Array, labels: Array, weights: Array) -> Array:
    """How much higher the values of tagged images are than those of untagged ones of the same class.

    Of the classes that have both, the weighted mean (n1 n0 / (n1 + n0), which makes its variance smallest).

    Args:
        values: (N,).
        tagged: (N,) bool, or (R, N) to try several taggings.
        labels: (N,) class indices.
        weights: (R, N), how often each image counts.

    Returns:
        (R,), NaN where no class has both.
    """
    above, below = np.zeros(len(weights)), np.zeros(len(weights))
    for label in np.unique(labels):
        own = weights * (labels == label)
        with_it, without = own * tagged, own * ~tagged  # (R, N)
        n1, n0 = with_it.sum(axis=1), without.sum(axis=1)
        both = (n1 > 0) & (n0 > 0)
        difference = np.where(both, (with_it @ values) / np.maximum(n1, 1e-12) - (without @ values) / np.maximum(n0, 1e-12), 0)
        weight = np.where(both, n1 * n0 / np.maximum(n1 + n0, 1e-12), 0)
        above, below = above + weight * difference, below + weight
    result: Array = np.divide(above, below, out=np.full(len(weights), np.nan), where=below > 0)
    return result


def permuted_within(values: Array, tagged: Array, labels: Array, groups: Groups | None = None, seed: int = 0) -> float:
    """Two-sided p value of `shift_within`: how often it is as large when the tag is dealt out at random within each class.

    The images of a patient that share class and tag count as one, by their mean.
    """
    keys = np.stack([clusters(len(values), groups), labels, tagged.astype(int)])
    kinds, cell = np.unique(keys, axis=1, return_inverse=True)
    means = np.bincount(cell.ravel(), values) / np.bincount(cell.ravel())
    of_class, has = kinds[1], kinds[2].astype(bool)
    rng = np.random.default_rng(seed)
    dealt = np.tile(has, (DRAWS, 1))
    for label in np.unique(of_class):
        members = np.flatnonzero(of_class == label)
        dealt[:, members] = rng.permuted(dealt[:, members], axis=1)
    seen = shift_within(means, has, of_class, np.ones((1, len(means))))[0]
    found = shift_within(means, dealt, of_class, np.ones((DRAWS, len(means))))
    return 1.0 if np.isnan(seen) else float((1 + (np.abs(found) >= abs(seen) * (1 - 1e-9)).sum()) / (1 + DRAWS))
