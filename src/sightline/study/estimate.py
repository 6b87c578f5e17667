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
from sightline.device import of_training, resolve
from sightline.losses.objective import Objective
from sightline.recipe import Recipe
from sightline.settings import COLOUR
from sightline.study.cells import Cell
from sightline.study.folder import Study
from sightline.types import Batch

PATIENCE = 15.0  # seconds of trial steps, after which the arms that are left are taken to cost what the others do
EVALUATION = 0.4  # of a training step: a forward pass and the reading of its images, per batch that is only looked at


def seconds_left(study: Study, threads: int) -> float:
    """Of one worker, for all that is to do: from the trainings of the same arm that are done; else from trial steps.

    Trial steps are taken on invented images of the recipe's size, so nothing is read but the list of images; what it takes to decode them
    the first time comes on top. Arms that differ in nothing that a step costs share a trial, and a plan of many arms is not tried whole.
    Trainings that are only to be measured further are not counted.
    """
    known, by_arm, until = study.seconds(), dict[str, list[float]](), time.perf_counter() + PATIENCE
    for cell in study.cells:
        if cell.key in known:
            by_arm.setdefault(cell.arm, []).append(known[cell.key])
    tried: dict[str, float] = {}
    untried = 0
    total = 0.0
    for cell in (*study.to_do(), *study.to_come()):
        if study.trained(cell.key):
            continue
        cost = _what_costs(cell)
        if cell.arm not in by_arm and cost not in tried and (not tried or time.perf_counter() < until):
            tried[cost] = trial(cell.recipe, threads) + (drawing(cell, threads) if cell.drawing else 0)
        if cell.arm in by_arm:
            total += statistics.median(by_arm[cell.arm])
        elif cost in tried:
            total += tried[cost]
        else:
            untried += 1
    return total + untried * statistics.median(tried.values()) if tried else total


def _what_costs(cell: Cell) -> str:
    """The settings that decide how long a step takes and how many there are, in one word; seeds and regions are not among them."""
    recipe, train = cell.recipe, cell.recipe.train.model_copy(update={"seed": 0})
    parts = [recipe.backbone, recipe.attention, recipe.losses, recipe.weighting, train, recipe.data.split, *recipe.stages]
    return "\n".join([*(part.model_dump_json() for part in parts), str(recipe.data.image_size), str(cell.drawing)])


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
    device = resolve(of_training(recipe.train.accelerator))
    untrained = recipe.model_copy(update={"backbone": recipe.backbone.model_copy(update={"weights": "none"})})
    with torch.random.fork_rng(devices=[]):
        classifier = build(untrained, 2).train().to(device)
        objective = Objective(recipe.losses, recipe.weighting).to(device)
        with torch.device(device):
            batch = invented_batch(size, count, recipe.data.channels)

        def step() -> None:
            total = objective(classifier, batch, 0.0)[0]
            total.backward()
            total.item()  # waits until a GPU has done its work

        return median_seconds(step, steps)


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
