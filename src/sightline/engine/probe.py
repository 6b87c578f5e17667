"""Checks before a training starts: a batch for the gradient-path audit, and the scale of the losses."""

from __future__ import annotations

import copy
from itertools import islice
from typing import Any

import torch
from torch.utils.data import DataLoader

from sightline.attention.classifier import GuidedClassifier
from sightline.data.dataset import ImageDataset
from sightline.data.loader import collate
from sightline.losses.objective import Objective
from sightline.types import Batch

AUDIT_IMAGES = 8


def probe_batch(dataset: ImageDataset) -> Batch:
    """Up to eight training images that can show whether each guidance loss moves the weights: annotated ones, some with an area to
    avoid, of several classes. Augmentation is left out."""
    marked: list[int] = []
    avoiding: list[int] = []
    classes: dict[int, int] = {}
    for index, record in enumerate(dataset.records):
        label = dataset.strata[index]
        shown = not dataset.hides(record)
        real = shown and any(a.kind != "nothing" for a in record.annotations)
        if real and classes.get(label, 0) < AUDIT_IMAGES // 2 and len(marked) < AUDIT_IMAGES:
            marked.append(index)
            classes[label] = classes.get(label, 0) + 1
        if shown and len(avoiding) < AUDIT_IMAGES // 2 and any(a.kind != "nothing" for a in record.avoid):
            avoiding.append(index)
    chosen = sorted({*marked, *avoiding}) or list(range(min(AUDIT_IMAGES, len(dataset))))
    return collate([dataset[i] for i in chosen])


def calibrate(objective: Objective, classifier: GuidedClassifier, loader: DataLoader[Any]) -> None:
    """Shows the weighting the losses of the first batches (000-29) without learning from them.

    A loss of zero counts. A loss that had nothing to compare in a batch, such as guidance without a known ROI, does not.
    """
    state = copy.deepcopy(classifier.state_dict())
    history = []
    classifier.train()
    for batch in islice(loader, objective.weighting.needs_calibration):
        _, _, losses, _ = objective(classifier, batch, float("inf"))
        lacks = _nothing_to_compare(objective, classifier, batch)
        history.append({name: float(loss.detach()) for name, loss in losses.items() if name not in lacks})
    objective.weighting.calibrate(history)
    # batch-norm statistics moved with the forward passes
    classifier.load_state_dict(state)
    with torch.no_grad():
        classifier.zero_grad()


def _nothing_to_compare(objective: Objective, classifier: GuidedClassifier, batch: Batch) -> set[str]:
    """Names of the losses whose value for this batch says nothing."""
    judged = objective.judged(classifier, batch)
    guidance = {name for name, loss in objective.guidance_losses().items() if loss.missing(judged)}
    return guidance | {name for name, loss in objective.behaviour_losses().items() if loss.missing(batch)}
