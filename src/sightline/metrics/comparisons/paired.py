"""Two arms on the same images: could their difference come from chance alone, if the arms are exchangeable?

If two arms are equally good, exchanging their answers to an image changes nothing that matters. The permutation test exchanges them at
random, for whole patients together, and counts how often the difference comes out as large as it did. It assumes no distribution and
serves any weighted statistic. McNemar's test is its short form for right and wrong decisions on independent images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from scipy.stats import binom, rankdata

from sightline.metrics.comparisons.compare import Judged, both_decide, decision_scores
from sightline.metrics.confidence.bootstrap import Array, Groups, Key, clusters, none_if_nan, ratio
from sightline.metrics.scores.ranks import overall_auc
from sightline.results.differences import McNemar

_ELEMENTS = 2**20  # of one chunk of weights


class Permuted(NamedTuple):
    """A difference and its two-sided p; None if it cannot be computed."""

    value: float | None
    p: float | None


def permutation_test(
    statistic: Callable[[Array], Mapping[Key, Array]], n: int, *, groups: Groups | None = None, draws: int = 2000, seed: int = 0
) -> dict[Key, Permuted]:
    """Tests differences a - b of weighted statistics between two arms.

    Args:
        statistic: weights (R, 2 n) -> name -> (R,), of one arm; the first n columns weigh a's answers, the others b's answers to the same
            images. So it works on both arms' answers put end to end.
        n: images.
        groups: patient or lesion of each image, exchanged as a whole.
        draws: random exchanges; where there are fewer in all (2 to the power of the groups), each of them is tried once.

    Returns:
        Per name the difference and p: the share of exchanges whose difference is as large, in size. The arms as they are count as one of
        the exchanges, so that p is never 0. Exchanges that do not allow the statistic count as being as large.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> right = np.array([1.0, 1, 1, 1, 0, 0, 0, 0])  # four images, answers of a and then of b
        >>> sl.metrics.permutation_test(lambda weights: {"accuracy": weights @ right / weights.sum(axis=1)}, 4)["accuracy"]
        Permuted(value=1.0, p=0.125)
    """
    whole = np.concatenate([np.ones((1, n)), np.zeros((1, n))], axis=1)
    first, second = statistic(whole), statistic(1 - whole)
    values = {key: float(first[key][0] - second[key][0]) for key in first}
    larger, tried = dict.fromkeys(values, 0), 0
    for kept in _exchanges(n, groups, draws, seed):
        weights = np.concatenate([kept, 1 - kept], axis=1)  # (r, n) -> (r, 2 n)
        first, second = statistic(weights), statistic(1 - weights)
        tried += len(kept)
        for key, value in values.items():
            smaller = np.abs(first[key] - second[key]) < abs(value) - 1e-12 * max(1.0, abs(value))  # rounding alone is no difference
            larger[key] += int((~smaller).sum())
    every = tried < draws  # then the arms as they are have been among them
    p = {key: larger[key] / tried if every else (1 + larger[key]) / (1 + tried) for key in values}
    return {key: Permuted(value=none_if_nan(v), p=None if np.isnan(v) else p[key]) for key, v in values.items()}


def _exchanges(n: int, groups: Groups | None, draws: int, seed: int) -> Iterator[Array]:
    """Which images keep their arm. Yields (r, n) of 0 and 1, `draws` rows in all, or all that there are if those are fewer."""
    cluster = clusters(n, groups)
    count = int(cluster.max(initial=-1)) + 1
    every = 2**count < draws
    rng, rows = np.random.default_rng(seed), 2**count if every else draws
    step = max(1, _ELEMENTS // (2 * max(1, n)))
    for start in range(0, rows, step):
        number_of = np.arange(start, min(start + step, rows))
        kept = number_of[:, None] >> np.arange(count) & 1 if every else rng.integers(2, size=(len(number_of), count))
        yield kept[:, cluster].astype(np.float64)  # (r, G) -> (r, n)


def arms_test(a: Judged, b: Judged, *, groups: Groups | None = None, draws: int = 2000, seed: int = 0) -> dict[str, Permuted]:
    """The permutation test of the scores that `paired_difference` compares.

    For the AUC each arm's probabilities are replaced by their ranks, since those of two arms are not on one scale (Bandos, Rockette & Gur
    2005, Stat. Med. 24); the order within an arm, and so its AUC, stays as it is.

    Args:
        a, b: answers to the same images, in any order.
        groups: patient or lesion of each image of `a`.

    Raises:
        UserError: the images differ.
    """
    b = b.ordered_as(a.ids)
    arms = (a, b)
    labels = np.concatenate([arm.labels for arm in arms])  # (2 N,)
    ranks = np.concatenate([rankdata(arm.probabilities, axis=0) for arm in arms])  # (2 N, C)
    per_image = {"accuracy": np.concatenate([arm.right for arm in arms]).astype(np.float64)}
    decided = np.concatenate([arm.right_decisions for arm in arms]) if both_decide(a, b) else None
    if a.epg is not None and b.epg is not None:
        both = np.tile(np.isfinite(a.epg + b.epg), 2)
        per_image["epg"] = np.where(both, np.concatenate([a.epg, b.epg]), np.nan)

    def scores(weights: Array) -> dict[str, Array]:
        means = {name: ratio(weights @ np.nan_to_num(v), weights @ ~np.isnan(v)) for name, v in per_image.items()}  # (R, 2 N) -> (R,)
        decisions = {} if decided is None else decision_scores(labels, decided, weights)
        return means | decisions | {"auc": overall_auc(labels, ranks, weights)}

    return permutation_test(scores, len(a.ids), groups=groups, draws=draws, seed=seed)


def mcnemar(right_a: Array, right_b: Array) -> McNemar:
    """McNemar's exact test that two arms are equally often right: of the decisions that only one of them got right, half are each one's.

    Takes the images for independent; where patients have several, use `permutation_test` with groups.

    Args:
        right_a, right_b: (N,) bool.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> found = sl.metrics.mcnemar(np.array([True, True, True, True, False]), np.array([False, False, True, False, False]))
        >>> found.only_a, found.only_b, found.p
        (3, 0, 0.25)
    """
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return McNemar(only_a=only_a, only_b=only_b, p=min(1.0, 2 * float(binom.cdf(min(only_a, only_b), only_a + only_b, 0.5))))
