"""The answers of a trained classifier and its maps, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import Subset

from sightline.annotate.score import entropy, spread
from sightline.attention.classifier import GuidedClassifier
from sightline.data.dataset import ImageDataset
from sightline.data.loader import eval_loader
from sightline.device import device_of
from sightline.engine.decision import Decision, look_at_decided

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Impressions:
    """Of each image: class decided for (N,), its probability as people are shown it (N,), the entropy of the probabilities as the network
    gives them (N,) and, from a run with maps, spread (N,) of its first map."""

    predicted: np.ndarray
    probability: np.ndarray
    entropy: np.ndarray
    spread: np.ndarray | None


def impressions(
    classifier: GuidedClassifier, dataset: ImageDataset, places: Sequence[int], batch: int, progress: Progress, decision: Decision
) -> Impressions:
    """One look at the images at `places`, without augmentation. The map scored is that of the class decided for."""
    columns: list[tuple[np.ndarray, ...]] = []
    done = 0
    for probabilities, maps in looks(classifier, dataset, places, batch, decision):
        decided = decision(probabilities)
        shown = decision.shown(probabilities)[np.arange(len(decided)), decided]
        scores = (decided, shown, entropy(probabilities))
        columns.append(scores if maps is None else (*scores, spread(maps)))
        done += len(probabilities)
        progress(done, len(places))
    predicted, probability, unsure, *spreads = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Impressions(predicted, probability, unsure, spreads[0] if spreads else None)


def maps_of(
    classifier: GuidedClassifier, dataset: ImageDataset, places: Sequence[int], batch: int, decision: Decision
) -> list[np.ndarray | None]:
    """The first map (h, w) of each image at `places`, of the class decided for; None from a source without maps."""
    seen = looks(classifier, dataset, places, batch, decision)
    return [one for said, maps in seen for one in (maps if maps is not None else [None] * len(said))]


@torch.no_grad()
def looks(
    classifier: GuidedClassifier, dataset: ImageDataset, places: Sequence[int], batch: int, decision: Decision
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Probabilities (B, C) and first map (B, h, w) of each batch. The classifier is in evaluation mode."""
    device = device_of(classifier)
    for part in eval_loader(Subset(dataset, places), batch_size=batch):
        seen = look_at_decided(classifier, part.images.to(device), decision)
        yield seen.probabilities, next(iter(seen.maps.values()), None)
