"""Scores of how much an annotation may teach: one number per image, in [0, 1], higher for more.

The idea: an image of whose class the model is unsure, and one on which it looks everywhere at once, have more to teach than one that it
decides surely from one place. Both are read off the model alone; where it *should* look is what the annotation has yet to tell. So a model
that looks surely and sharply at the wrong thing, a ruler, shows neither, and its images come last: on the phantom, spread chose worse
than chance and uncertainty no better (docs/studies/phantom-annotate.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy.special import entr
from scipy.stats import rankdata

from sightline.metrics.confidence.bootstrap import Array


def entropy(probabilities: Array) -> Array:
    """Of the prediction, as a share of the largest possible: -sum p log p / log C. (N, C) -> (N,) in [0, 1]

    0: all on one class; 1: all classes alike.
    """
    result: Array = entr(np.asarray(probabilities, np.float64)).sum(axis=1) / np.log(probabilities.shape[1])
    return result


def spread(maps: Array) -> Array:
    """Normalised entropy of a map's positive part: with a = max(A, 0) / sum max(A, 0), -sum a log a / log(h w). (N, h, w) -> (N,) in [0, 1]

    0: one point; 1: the same everywhere. A map without positive evidence, or one that is not finite, points nowhere: 1. Maps of different
    sizes are not comparable, since a finer one can be spread over more points.
    """
    flat = np.maximum(np.asarray(maps, np.float64), 0).reshape(len(maps), -1)  # (N, h w)
    total = flat.sum(axis=1, keepdims=True)
    points = np.isfinite(total) & (total > 0)
    share = np.divide(flat, total, out=np.full_like(flat, 1 / flat.shape[1]), where=points)
    result: Array = entr(share).sum(axis=1) / np.log(max(2, flat.shape[1]))
    return result


def standing(values: Array) -> Array:
    """The share of the images with a lower value; equal ones count half. (N,) -> (N,) in (0, 1)"""
    result: Array = (rankdata(values) - 0.5) / len(values)
    return result


def chance(ids: Sequence[str], seed: int) -> Array:
    """A random number for each image, from its name and the seed alone, whatever other images there are. -> (N,) in [0, 1)"""
    drawn = [hashlib.sha256(f"{seed} {id}".encode()).digest()[:8] for id in ids]
    return np.array([int.from_bytes(digest, "big") / 2**64 for digest in drawn])
