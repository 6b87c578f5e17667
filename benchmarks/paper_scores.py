"""The scores that a paper itself prints, for the arms of a plan: the second tables in `docs/papers/`.

Yan 2020: balanced accuracy, average precision, and the Jaccard index of every map (003-18, 003-19, 003-29). SPN report:
precision, sensitivity, specificity and F1 as means over the classes (001-15), and the predicted masks: Dice, how many are empty, how many
cover all (001-25, -26).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sightline.engine.compare import judged
from sightline.engine.run import Run
from sightline.metrics.comparisons.compare import Judged
from sightline.metrics.confidence.bootstrap import Array, interval, intervals, mean_of_defined, ratio
from sightline.metrics.scores.classification import weighted_scores
from sightline.metrics.scores.localisation import minmax_jaccard, upsample
from sightline.metrics.scores.masks import WHOLE, predicted_masks

Score = dict[str, Any]  # value, low, high; seeds: its value for each seed
Maps = Mapping[str, Array]  # name -> (N, h, w)

CLASS_SCORES = {"001": ("precision", "sensitivity", "specificity", "f1"), "003": ("balanced_accuracy", "average_precision")}


def paper_scores(paper: str, runs: list[Run], split: str) -> dict[str, Score]:
    """Column -> mean over seeds with its 95 % bootstrap interval over images; a column is absent where an arm has nothing of the kind."""
    answers = [judged(run, split, attention=False) for run in runs]
    ids = answers[0].ids
    found = class_scores([answer.ordered_as(ids) for answer in answers], CLASS_SCORES[paper])
    seeds = [map_values(paper, run, split, ids) for run in runs]
    return found | {column: over_seeds(np.stack([one[column] for one in seeds])) for column in seeds[0]}


def class_scores(answers: list[Judged], names: tuple[str, ...]) -> dict[str, Score]:
    """Overall scores of `metrics.classification` for answers to the same images in the same order."""

    def of(one: Judged, weights: Array) -> dict[str, Array]:
        scores = weighted_scores(one.labels, one.probabilities, weights)
        return {name: scores[name, None] for name in names}

    def mean(weights: Array) -> dict[str, Array]:
        every = [of(one, weights) for one in answers]
        return {name: np.mean([scores[name] for scores in every], axis=0) for name in names}

    once = np.ones((1, len(answers[0].labels)))
    seeds = [of(one, once) for one in answers]
    found = intervals(mean, len(answers[0].labels))
    return {
        name.replace("_", " ").replace("f1", "F1"): found[name].to_json() | {"seeds": [float(one[name][0]) for one in seeds]}
        for name in names
    }


def over_seeds(values: Array) -> Score:
    """One number per seed and image (S, N), NaN where it does not apply -> its mean."""
    return interval(mean_of_defined(values.T)).to_json() | {"seeds": mean_of_defined(values).tolist()}


def map_values(paper: str, run: Run, split: str, ids: list[str]) -> dict[str, Array]:
    """Column -> one number per image of `ids` (N,), NaN where no region is known; nothing for a source without maps."""
    looked = run.attention(split)
    if looked is None:
        return {}
    place = {image: i for i, image in enumerate(looked.ids)}
    order = [place[image] for image in ids]
    maps = {name: values[order] for name, values in looked.maps.items()}
    side = run.recipe.data.image_size
    given = [sample.roi for sample in run.pictures(split, ids)]
    rois = np.stack([np.zeros((side, side), np.float32) if roi is None else roi for roi in given])  # (N, H, W)
    if paper == "003":
        return overlaps(maps, rois)
    masked = list(run.scores[split].masks)  # of the maps that lie in [0, 1] by themselves
    return masks(maps[masked[0]], rois) if masked else {}


def overlaps(maps: Maps, rois: Array) -> dict[str, Array]:
    """Jaccard index of each map's min-max at 0.5 (003-29), and where there are two maps how much higher that of the deeper one is."""
    found = {f"Jaccard of {name}": minmax_jaccard(upsample(values, rois.shape[1:]), rois) for name, values in maps.items()}
    if len(found) == 2:
        (shallow, first), (deep, second) = found.items()
        found[f"{deep.split()[-1]} - {shallow.split()[-1]}"] = second - first
    return found


def masks(values: Array, rois: Array) -> dict[str, Array]:
    """Dice of a map's masks, and whether a mask is empty or covers the whole image, as `metrics.masks.mask_scores` has it."""
    regions, drawn = rois >= 0.5, predicted_masks(values, rois.shape[1:])  # (N, H, W)
    share = drawn.mean(axis=(1, 2))
    dice = ratio(2.0 * (drawn & regions).sum(axis=(1, 2)), drawn.sum(axis=(1, 2)) + regions.sum(axis=(1, 2)))
    marked = regions.any(axis=(1, 2))
    return {"Dice": np.where(marked, dice, np.nan), "empty masks": (share == 0) * 1.0, "whole-image masks": (share >= WHOLE) * 1.0}
