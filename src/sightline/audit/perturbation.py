"""Deletion and insertion: does the decision depend on the places that a map marks? (Petsiuk, Das & Saenko, RISE, BMVC 2018)

Deletion covers the image step by step, what the map marks most first: a map that knows what matters makes the probability fall early, so
the area under the curve is small. Insertion begins with a blurred image and puts it back: there the area is large.

What is covered at each step is a number of cells, never what lies above a percentile of the map: of a map that is zero nearly everywhere a
percentile covers nothing or all (pitfall 24). Among equal values the order is random. The two controls, a random order and from the
middle outwards, cover cells of the same size, so that a coarse map is not compared with fine noise.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sightline.attention.classifier import GuidedClassifier
from sightline.audit.ask import looks, probabilities
from sightline.audit.budget import Budget
from sightline.audit.covers import blurred
from sightline.audit.images import Images, unit
from sightline.audit.scores import Sampling, scores
from sightline.device import device_of
from sightline.engine.decision import Decision
from sightline.metrics.confidence.bootstrap import Array, chosen
from sightline.metrics.scores.map_scores import centre
from sightline.results.audit import Areas, Perturbation

STEPS = (20, 10, 5)
ORDERS = ("map", "random", "centre")
_CELLS = 28  # of the grid, a side, at most
_CHUNK = 8


def ranks(values: Array, rng: np.random.Generator) -> Array:
    """The turn of each cell, 0 for the highest value; equal values take random turns. (N, h, w) -> (N, h, w) int"""
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    order = np.lexsort((rng.random(flat.shape), -flat), axis=-1)  # last key first
    turn = np.empty_like(order)
    np.put_along_axis(turn, order, np.broadcast_to(np.arange(flat.shape[1]), order.shape), axis=-1)
    return turn.reshape(values.shape)


def grid(maps: Array) -> Array:
    """Maps at the size whose cells are covered: their own, at most 28 x 28. (N, H, W) -> (N, h, w)"""
    size = (min(_CELLS, maps.shape[1]), min(_CELLS, maps.shape[2]))
    return F.adaptive_avg_pool2d(torch.from_numpy(np.nan_to_num(maps)), size).numpy()


def curve(
    classifier: GuidedClassifier, start: Tensor, end: Tensor, turn: Array, target: Array, steps: int, ends: tuple[Array, Array]
) -> Array:
    """The probability of a class while `start` becomes `end`, cell by cell. -> (N, steps + 1)

    Args:
        start, end: (N, 3, S, S).
        turn: (N, h, w), see `ranks`.
        target: (N,) class indices.
        ends: that probability at the start and at the end, each (N,), which all orders share.
    """
    cells, own = turn.shape[1] * turn.shape[2], np.arange(len(target))
    order = torch.from_numpy(turn).to(start.device)[:, None]  # (N, 1, h, w)
    inner = []
    for step in range(1, steps):
        changed = F.interpolate((order < round(step / steps * cells)).float(), size=start.shape[2:])  # nearest: whole cells
        inner.append(probabilities(classifier, torch.where(changed > 0, end, start))[own, target])
    return np.stack([ends[0], *inner, ends[1]], axis=1)


def area_under(curves: Array) -> Array:
    """By the trapezoidal rule, over the share of the image from 0 to 1. (..., K + 1) -> (...)"""
    result: Array = (curves[..., 1:] + curves[..., :-1]).mean(axis=-1) / 2
    return result


def deletion_insertion(
    classifier: GuidedClassifier,
    images: Images,
    budget: Budget,
    share: float,
    sampling: Sampling,
    steps: int = STEPS[0],
    decision: Decision = Decision(),
) -> Perturbation:
    """Both curves of the own map of the class decided for, beside the same curves in random order and from the middle outwards.

    Deleted cells take the image's mean colour; insertion begins with a blurred image.

    Args:
        steps: points of a curve, less one.

    """
    rng, device = np.random.default_rng(sampling["seed"]), device_of(classifier)
    found: dict[tuple[str, str], list[Array]] = {}
    for part in budget.chunks(len(images), share, _CHUNK):
        seen = unit(images.pixels[part], device)
        said, maps = looks(classifier, seen, decision)
        assert maps is not None  # the caller asks only of classifiers with maps
        target = decision(said)
        own, cells = np.arange(len(target)), grid(maps)
        middle = np.broadcast_to(centre((cells.shape[1], cells.shape[2])), cells.shape)
        turns = {"map": ranks(cells, rng), "random": ranks(np.zeros_like(cells), rng), "centre": ranks(middle, rng)}
        plain, soft = seen.mean((2, 3), keepdim=True).expand_as(seen), blurred(seen)
        whole, gone, dim = said[own, target], *(probabilities(classifier, x)[own, target] for x in (plain, soft))
        for order, turn in turns.items():
            deleted = curve(classifier, seen, plain, turn, target, steps, (whole, gone))
            inserted = curve(classifier, soft, seen, turn, target, steps, (dim, whole))
            found.setdefault(("deletion", order), []).append(deleted)
            found.setdefault(("insertion", order), []).append(inserted)
    curves = {key: np.concatenate(parts) for key, parts in found.items()}
    n = len(curves["deletion", "map"])
    groups = chosen(images.patients, np.arange(n))

    def judged(kind: str) -> Areas:
        areas = {order: area_under(curves[kind, order]) for order in ORDERS}
        areas |= {f"minus_{order}": areas["map"] - areas[order] for order in ORDERS[1:]}
        return Areas(**scores(areas, groups, sampling), curves={o: curves[kind, o].mean(axis=0).tolist() for o in ORDERS})

    return Perturbation(n=n, steps=steps, deletion=judged("deletion"), insertion=judged("insertion"))
