"""Which simple facts of the images predict the class, before anything is trained: what a network may learn instead of the finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from sightline.data.facts import Facts
from sightline.data.simple_facts import SimpleFact, simple_facts
from sightline.metrics.comparisons.family import holm, simultaneous
from sightline.metrics.confidence.bootstrap import Array, Groups, clusters, intervals, ratio
from sightline.metrics.scores.ranks import auc, curves
from sightline.results.data_check import Shortcut
from sightline.types import Record

CONFIDENCE = 0.95  # that the intervals of all facts hold together
DRAWS, DRAWS_PER_FACT = 2000, 50  # so many per fact let a corrected p fall below 0.05
_ELEMENTS = 2**20  # of one chunk of exchanged labels


def screen(records: Sequence[Record], facts: Mapping[str, Facts], classes: Sequence[str], groups: Sequence[str | None]) -> list[Shortcut]:
    """The simple facts of the images by how well each of them predicts the class, the strongest first.

    Args:
        groups: what belongs together, of each image.
    """
    labels = np.array([classes.index(record.label) for record in records], np.intp)
    return shortcuts(simple_facts(records, facts), labels, classes, groups)


def shortcuts(columns: Sequence[SimpleFact], labels: Array, classes: Sequence[str], groups: Groups | None, seed: int = 0) -> list[Shortcut]:
    """Each fact by itself, the strongest first; none where there are fewer than two classes.

    Args:
        labels: (N,) class indices.
        groups: patient or lesion of each image.
    """
    there = np.unique(labels)
    if len(there) < 2 or not columns:
        return []
    told = there[1:] if len(there) == 2 else there  # two classes: the last one against the other
    draws = max(DRAWS, DRAWS_PER_FACT * len(columns))
    scores = {fact.name: _directed(fact, labels, told, groups) for fact in columns}

    def statistic(weights: Array) -> dict[str, Array]:
        return {name: _mean_auc(score, labels, told, weights) for name, score in scores.items()}

    confidence = simultaneous(CONFIDENCE, len(columns))
    bounds = intervals(statistic, len(labels), groups=groups, bootstrap=draws, confidence=confidence, seed=seed)
    chance = by_chance(columns, labels, told, groups, draws, seed)
    corrected = holm(chance)
    found = []
    for fact in columns:
        score, p = bounds[fact.name], corrected[fact.name]
        low, high = score.interval or (None, None)
        holds = low is not None and low > 0.5 and p is not None and p <= 1 - CONFIDENCE
        said = _sentence(fact, labels, [classes[c] for c in there], score.value, low, high)
        n = int((~np.isnan(fact.values)).sum())
        facts = {"n": n, "auc": score.value, "low": low, "high": high, "p": chance[fact.name], "p_holm": p}
        found.append(Shortcut(fact=fact.name, **facts, found=holds, said=said))
    return sorted(found, key=lambda one: -(one.auc or 0))


def _directed(fact: SimpleFact, labels: Array, told: Array, groups: Groups | None) -> Array:
    """(N, C) scores that are high for each class of `told`, NaN where the image does not have the fact.

    Of a number the direction is the one that holds in these images. Of a category it is how much more frequent the class is there than
    anywhere, in other groups than that of the image: a category that one patient alone has predicts nothing.
    """
    scores = np.full((len(labels), len(told)), np.nan)
    for c, label in enumerate(told):
        positive = labels == label
        if fact.categories:
            scores[:, c] = _elsewhere(fact.values.astype(np.intp), positive, clusters(len(labels), groups))
        else:
            given = ~np.isnan(fact.values)
            area = float(auc(*curves(fact.values[given], positive[given])))
            scores[:, c] = fact.values if not area < 0.5 else -fact.values
    return scores


def _elsewhere(category: Array, positive: Array, cluster: Array) -> Array:
    """(N,) share of positives in the image's category less their share in all categories, both without the image's own group."""
    cell = np.unique(np.stack([cluster, category]), axis=1, return_inverse=True)[1].ravel()  # group and category of each image

    def without_own(by: Array, own: Array) -> Array:
        hits, n = (np.bincount(by, w)[by] - np.bincount(own, w)[own] for w in (positive.astype(float), np.ones(len(by))))
        return np.asarray(ratio(hits, n))

    everywhere = without_own(np.zeros_like(category), cluster)
    return np.asarray(np.nan_to_num(without_own(category, cell) - everywhere))  # nothing is known of a category that only this group has


def _mean_auc(scores: Array, labels: Array, told: Array, weights: Array) -> Array:
    """Mean over the classes of the AUC of each against the rest. (N, C), weights (R, N) -> (R,)"""
    given = np.flatnonzero(~np.isnan(scores[:, 0]))
    kept = weights[:, given]
    areas = [auc(*curves(scores[given, c], labels[given] == label, kept)) for c, label in enumerate(told)]
    return np.asarray(np.mean(areas, axis=0))


def by_chance(
    columns: Sequence[SimpleFact], labels: Array, told: Array, groups: Groups | None, draws: int, seed: int
) -> dict[str, float | None]:
    """Per fact: how often labels that are dealt out anew among the groups are predicted as well, or better.

    Each draw takes the direction, or the frequencies of the categories, that suit it best, as it is done with the labels as they are.
    """
    value = {fact.name: float(_fitted(fact, labels[None], told)[0]) for fact in columns}
    as_good = dict.fromkeys(value, 0)
    for dealt in dealt_labels(labels, groups, draws, seed):
        for fact in columns:
            as_good[fact.name] += int((~(_fitted(fact, dealt, told) < value[fact.name] - 1e-12)).sum())  # undefined counts as good
    return {name: None if np.isnan(value[name]) else (1 + count) / (1 + draws) for name, count in as_good.items()}


def dealt_labels(labels: Array, groups: Groups | None, draws: int, seed: int) -> Iterator[Array]:
    """Labels dealt out anew: each group gets the labels of another one, stretched to its size. Yields (r, N), `draws` rows in all."""
    n, cluster, rng = len(labels), clusters(len(labels), groups), np.random.default_rng(seed)
    size = np.bincount(cluster)
    start = np.cumsum(size) - size
    owner = np.repeat(np.arange(len(size)), size)  # group of each place, groups one after the other
    rank = np.arange(n) - start[owner]
    step = max(1, _ELEMENTS // n)
    for first in range(0, draws, step):
        dealt = np.empty((min(step, draws - first), n), labels.dtype)
        for row in dealt:
            order = np.lexsort((rng.random(n), cluster))  # images by group, in random order within
            giver = rng.permutation(len(size))[owner]
            row[order] = labels[order[start[giver] + rank * size[giver] // size[owner]]]
        yield dealt


def _fitted(fact: SimpleFact, labels: Array, told: Array) -> Array:
    """Mean over the classes of the AUC in the direction that suits these labels best. (R, N) labels -> (R,)"""
    given = ~np.isnan(fact.values)
    values = fact.values[given]
    area = _of_categories(values.astype(np.intp)) if fact.categories else _of_ranks(rankdata(values))
    return np.asarray(np.mean([area((labels[:, given] == label).astype(np.float64)) for label in told], axis=0))


def _of_ranks(ranks: Array) -> Callable[[Array], Array]:
    def area(positive: Array) -> Array:  # (R, N) -> (R,)
        hits = positive.sum(axis=1)
        above = positive @ ranks - hits * (hits + 1) / 2
        share = ratio(above, hits * (len(ranks) - hits))
        return np.asarray(np.maximum(share, 1 - share))

    return area


def _of_categories(category: Array) -> Callable[[Array], Array]:
    sorted_by, (starts, size) = np.argsort(category, kind="stable"), np.unique(np.sort(category), return_index=True, return_counts=True)[1:]

    def area(positive: Array) -> Array:  # (R, N) -> (R,)
        hits = np.add.reduceat(positive[:, sorted_by], starts, axis=1)  # (R, K)
        order = np.argsort(-ratio(hits, np.broadcast_to(size, hits.shape)), axis=1)
        hits, both = np.take_along_axis(hits, order, axis=1), size[order]
        return auc(np.cumsum(hits, axis=1), np.cumsum(both, axis=1))

    return area


def _sentence(fact: SimpleFact, labels: Array, classes: Sequence[str], value: float | None, low: float | None, high: float | None) -> str:
    """`brightness alone tells b from a with AUC 0.83 (0.79 to 0.87): it is lower in b`"""
    number = "that cannot be computed" if value is None else f"{value:.2f}"
    span = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    if len(classes) != 2:
        return f"{fact.name} alone tells the {len(classes)} classes apart with AUC {number}{span}"
    last = labels == labels.max()
    given = ~np.isnan(fact.values)
    where = ""
    if value is not None and not fact.categories:
        more = float(auc(*curves(fact.values[given], last[given]))) >= 0.5
        where = f": it is {('less often true', 'more often true')[more] if fact.yes_no else ('lower', 'higher')[more]} in {classes[1]}"
    return f"{fact.name} alone tells {classes[1]} from {classes[0]} with AUC {number}{span}{where}"
