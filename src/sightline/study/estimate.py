"""How long a study will take, before it begins."""

from __future__ import annotations

import statistics
import time

import torch

from sightline.attention.classifier import build
from sightline.data.reading import read
from sightline.data.splits import split
from sightline.losses.objective import Objective
from sightline.recipe import Recipe
from sightline.study.folder import Study
from sightline.types import Batch

EVALUATION = 0.4  # of a training step: a forward pass and the reading of its images, per batch that is only looked at


def seconds_left(study: Study, threads: int) -> float:
    """Of one worker, for all that is to do: from the trainings of the same arm that are done; else from trial steps.

    Trial steps are taken on invented images of the recipe's size, so nothing is read but the list of images; what it takes to decode them
    the first time comes on top. Trainings that are only to be measured further are not counted.
    """
    known, by_arm = study.seconds(), dict[str, list[float]]()
    for cell in study.cells:
        if cell.key in known:
            by_arm.setdefault(cell.arm, []).append(known[cell.key])
    guessed: dict[str, float] = {}
    total = 0.0
    for cell in study.to_do():
        if study.trained(cell.key):
            continue
        if cell.arm not in by_arm and cell.arm not in guessed:
            guessed[cell.arm] = trial(cell.recipe, threads)
        total += statistics.median(by_arm[cell.arm]) if cell.arm in by_arm else guessed[cell.arm]
    return total


def trial(recipe: Recipe, threads: int, steps: int = 2) -> float:
    """Seconds of a whole training, from a few steps."""
    sizes = {name: len(records) for name, records in split(read(recipe.data).records, recipe.data.split).items()}
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        step = _step_seconds(recipe, steps)
    finally:
        torch.set_num_threads(before)
    batches = {name: size / recipe.train.batch_size for name, size in sizes.items()}
    learned = recipe.train.epochs * step * (batches["train"] + EVALUATION * batches.get("val", 0))
    return learned + EVALUATION * step * sum(batches.get(name, 0) for name in recipe.evaluate.splits)


def _step_seconds(recipe: Recipe, steps: int) -> float:
    """Median seconds of a training step, after one that warms up."""
    size, count = recipe.data.image_size, recipe.train.batch_size
    with torch.random.fork_rng(devices=[]):
        classifier = build(recipe.model_copy(update={"backbone": recipe.backbone.model_copy(update={"weights": "none"})}), 2).train()
        batch = invented_batch(size, count)
        objective, taken = Objective(recipe.losses, recipe.weighting), []
        for _ in range(steps + 1):
            began = time.perf_counter()
            objective(classifier, batch, 0.0)[0].backward()
            taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def invented_batch(size: int, count: int) -> Batch:
    """Random images with a box-shaped ROI, which is also the area to avoid; two classes."""
    roi = torch.zeros(count, 1, size, size)
    roi[..., size // 4 : size // 2, size // 4 : size // 2] = 1
    known, labels = torch.ones(count, dtype=torch.bool), torch.arange(count) % 2
    return Batch(torch.rand(count, 3, size, size), labels, roi, known, roi, known, torch.arange(count), [str(i) for i in range(count)])
