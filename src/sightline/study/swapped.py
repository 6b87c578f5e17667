"""What a classifier answers when each region lies on another image's background: a decision that rests on the region stays.

Composing images leaves seams, and seams alone may move a decision. So each region is laid on a background of its own class as well: what
differs between the two is what the background says about the class (Xiao et al., "Noise or Signal", ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from sightline.audit.ask import BATCH, probabilities
from sightline.audit.reliance import MARGIN, partners
from sightline.data.dataset import ImageDataset
from sightline.engine.run import Run
from sightline.losses.background import widen, without_region
from sightline.metrics.bootstrap import Array


def swapped(run: Run, split: str, ids: Sequence[str]) -> Array:
    """Answers to the images of a split on other backgrounds, each from a random image of another patient.

    Which image lends its background depends on the images alone, so that all arms see the same ones.

    Returns:
        (2, N, C): on backgrounds of the own class, of another class. NaN where the region is unknown or empty, or where no image has a
        background to lend.
    """
    dataset, classifier = run.datasets[split], run.classifier()
    place = {record.id: i for i, record in enumerate(dataset.records)}
    order = [place[i] for i in ids]
    labels = np.array([dataset.labels[i] for i in order])
    patients = np.unique([dataset.records[i].group or dataset.records[i].id for i in order], return_inverse=True)[1]
    lenders = partners(labels, patients, np.random.default_rng(0))
    result = np.full((2, len(order), classifier.classes), np.nan)
    for start in range(0, len(order), BATCH):
        part = np.arange(start, min(start + BATCH, len(order)))
        images, region, known = _read(dataset, [order[i] for i in part])
        for kind, lender in enumerate(lenders):
            lent, hole, lends = _read(dataset, [order[max(0, lender[i])] for i in part])
            fits = known & lends & (lender[part] >= 0)  # a region that is not known cannot be taken out of its background
            composed = region * images + (1 - region) * without_region(lent, hole)
            result[kind, part[fits]] = probabilities(classifier, composed[torch.from_numpy(fits)])
    return result


def _read(dataset: ImageDataset, places: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """Images (n, 3, S, S), widened regions (n, 1, S, S), and whether there is a region (n,)."""
    samples = [dataset[i] for i in places]
    roi = torch.stack([sample.roi for sample in samples])
    there = np.array([sample.known and bool(sample.roi.any()) for sample in samples])
    return torch.stack([s.image for s in samples]), widen((roi >= 0.5).float(), round(MARGIN * max(roi.shape[-2:]))), there
