"""How long a study will take, before it begins."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from sightline.attention.classifier import build
from sightline.data.reading import read
from sightline.data.splits import split, used
from sightline.losses.objective import Objective
from sightline.recipe import Recipe
from sightline.settings import COLOUR
from sightline.study.cells import Cell
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
            guessed[cell.arm] = trial(cell.recipe, threads) + (drawing(cell, threads) if cell.drawing else 0)
        total += statistics.median(by_arm[cell.arm]) if cell.arm in by_arm else guessed[cell.arm]
    return total


def trial(recipe: Recipe, threads: int, steps: int = 2) -> float:
    """Seconds of a whole training, from a few steps."""
    divided = used(split(read(recipe.data, several=True).records, recipe.data.split), recipe.data.split)
    sizes = {name: len(records) for name, records in divided.items()}
    with limited(threads):
        step = _step_seconds(recipe, steps)
    batches = {name: size / recipe.train.batch_size for name, size in sizes.items()}
    learned = recipe.train.epochs * step * (batches["train"] + EVALUATION * batches.get("val", 0))
    return learned + EVALUATION * step * sum(batches.get(name, 0) for name in recipe.evaluate.splits)


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """So many threads of torch, for as long as it lasts."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def drawing(cell: Cell, threads: int, steps: int = 2) -> float:
    """Seconds that it takes to learn and draw the regions of one training, from a few steps."""
    from sightline.pseudo.fit import segmentation_loss
    from sightline.pseudo.segmenter import Segmenter
    from sightline.pseudo.settings import PseudoMasks

    assert cell.drawing is not None
    settings, data = PseudoMasks.model_validate(cell.drawing.settings), cell.recipe.data
    count = len(split(read(data).records, data.split)["train"])
    with limited(threads), torch.random.fork_rng(devices=[]):
        network, batch = Segmenter(settings.encoder).train(), invented_batch(settings.image_size, settings.batch_size)
        step = median_seconds(lambda: segmentation_loss(network(batch.images), batch.roi).backward(), steps)
    learned = math.ceil(data.annotated_fraction * count * (1 - settings.held_out) / settings.batch_size)
    return step * (settings.epochs * learned + EVALUATION * count / settings.batch_size)


def _step_seconds(recipe: Recipe, steps: int) -> float:
    """Median seconds of a training step, after one that warms up."""
    size, count = recipe.data.image_size, recipe.train.batch_size
    with torch.random.fork_rng(devices=[]):
        classifier = build(recipe.model_copy(update={"backbone": recipe.backbone.model_copy(update={"weights": "none"})}), 2).train()
        batch = invented_batch(size, count, recipe.data.channels)
        objective = Objective(recipe.losses, recipe.weighting)
        return median_seconds(lambda: objective(classifier, batch, 0.0)[0].backward(), steps)


def median_seconds(step: Callable[[], object], steps: int) -> float:
    """Of some steps, after one that warms up."""
    taken = []
    for _ in range(steps + 1):
        began = time.perf_counter()
        step()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def invented_batch(size: int, count: int, channels: int = COLOUR) -> Batch:
    """Random images with a box-shaped ROI, which is also the area to avoid; two classes."""
    roi = torch.zeros(count, 1, size, size)
    roi[..., size // 4 : size // 2, size // 4 : size // 2] = 1
    known, labels = torch.ones(count, dtype=torch.bool), torch.arange(count) % 2
    return Batch(
        torch.rand(count, channels, size, size), labels, roi, known, roi, known, torch.arange(count), [str(i) for i in range(count)]
    )
