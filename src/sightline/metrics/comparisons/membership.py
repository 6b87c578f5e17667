"""A group of images against all others: could the difference of their scores come from chance alone?

If a group is like the rest, it does not matter which images belong to it. The permutation test deals the membership out at random, for the
images of a patient together, and counts how often the difference comes out as large as it did. Scores that are defined class by class,
such as a sensitivity or an AUC, ask whether the images of each class fare alike, so the membership is dealt out within each class: a group
in which a class is rare stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from sightline.metrics.comparisons.paired import Permuted
from sightline.metrics.confidence.bootstrap import Array, Groups, Key, clusters, none_if_nan

_ELEMENTS = 2**20  # of one chunk of weights


def membership_test(
    statistic: Callable[[Array], Mapping[Key, Array]],
    member: Array,
    *,
    groups: Groups | None = None,
    within: Array | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> dict[Key, Permuted]:
    """Tests differences between the images of a group and all others.

    Args:
        statistic: weights (R, N) -> name -> (R,).
        member: (N,) bool: the images of the group.
        groups: patient or lesion of each image. The images of a patient that are on one side, and share a class where `within` says so,
            are dealt out together.
        within: (N,) class indices, within each of which the membership is dealt out; None: among all images.
        draws: random deals.

    Returns:
        Per name the difference group minus rest and its two-sided p. The groups as they are count as one of the deals, so that p is
        never 0. Deals that do not allow the statistic count as being as large.

    Example:
        >>> right, member = np.array([1.0] * 8 + [0.0] * 8), np.arange(16) < 8
        >>> found = membership_test(lambda weights: {"accuracy": weights @ right / weights.sum(axis=1)}, member)["accuracy"]
        >>> found.value, found.p < 0.01
        (1.0, True)
    """
    inside = member[None].astype(np.float64)
    first, second = statistic(inside), statistic(1 - inside)
    values = {key: float(first[key][0] - second[key][0]) for key in first}
    larger = dict.fromkeys(values, 0)
    for dealt in _deals(member, groups, within, draws, seed):
        first, second = statistic(dealt), statistic(1 - dealt)
        for key, value in values.items():
            smaller = np.abs(first[key] - second[key]) < abs(value) - 1e-12 * max(1.0, abs(value))  # rounding alone is no difference
            larger[key] += int((~smaller).sum())
    return {
        key: Permuted(value=none_if_nan(value), p=None if np.isnan(value) else (1 + larger[key]) / (1 + draws))
        for key, value in values.items()
    }


def _deals(member: Array, groups: Groups | None, within: Array | None, draws: int, seed: int) -> Iterator[Array]:
    """(r, N) of 0 and 1: who belongs to the group, `draws` rows in all."""
    strata = np.zeros(len(member), dtype=int) if within is None else within
    units, unit = np.unique(np.stack([clusters(len(member), groups), member, strata]), axis=1, return_inverse=True)
    own, stratum = units[1].astype(np.float64), units[2]  # (U,)
    rng = np.random.default_rng(seed)
    step = max(1, _ELEMENTS // max(1, len(member)))
    for start in range(0, draws, step):
        dealt = np.tile(own, (min(step, draws - start), 1))
        for one in np.unique(stratum):
            places = np.flatnonzero(stratum == one)
            dealt[:, places] = rng.permuted(dealt[:, places], axis=1)
        yield dealt[:, unit.ravel()]  # (r, U) -> (r, N)
