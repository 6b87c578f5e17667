"""The effect of switching a single unit off on the decision (002-21), which a map alone does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.features import Features
from sightline.attention.wrapped import evaluating
from sightline.device import device_of
from sightline.explain.feature_maps import AnyBackbone, Layer, feature_maps, network
from sightline.metrics.scores.ranks import overall_auc

_BATCH = 32


@dataclass(frozen=True)
class Effect:
    """Of switching off each of K units.

    Attributes:
        scores: (K, C), mean change of each class's score (logit).
        flips: (K,), share of the images whose decision changes.
        accuracy, auc: (K,), change.
    """

    scores: np.ndarray
    flips: np.ndarray
    accuracy: np.ndarray
    auc: np.ndarray


@contextmanager
def switched_off(backbone: AnyBackbone, layer: Layer, unit: int) -> Iterator[None]:
    """While it is open, one map of a layer is zero for all that comes after it; nothing is left behind.

    >>> from sightline.attention.backbone import Backbone
    >>> from sightline.config import Backbone as Settings
    >>> from sightline.explain.feature_maps import layers_of
    >>> net, image = Backbone(Settings(name="cnn4"), image_size=32), torch.rand(1, 3, 32, 32)
    >>> with switched_off(net, layers_of(net, image)[-1], 5):
    ...     int(net(image).last[:, 5].count_nonzero())
    0
    """

    def zero(_module: torch.nn.Module, _inputs: Any, out: Tensor) -> Tensor:
        kept = out.clone()
        kept.select(layer.axis, unit).zero_()
        return kept

    handle = network(backbone).get_submodule(layer.end).register_forward_hook(zero)
    try:
        yield
    finally:
        handle.remove()


def effects(
    classifier: GuidedClassifier,
    layer: Layer,
    images: Tensor,
    labels: np.ndarray,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Effect:
    """Runs the classifier once for each unit with that unit off, in evaluation mode.

    Args:
        images: (N, 3, H, W) in [0, 1].
        labels: (N,) class indices.
        progress: called with (done, total).
    """
    with torch.no_grad(), evaluating(classifier):
        whole = _logits(classifier, images)
        before, run = _said(whole, labels), _without(classifier, layer, images)
        scores, flips, accuracy, auc = [], [], [], []
        for unit in range(layer.filters):
            without = run(unit)
            after = _said(without, labels)
            scores.append((without - whole).mean(0))
            flips.append(np.mean(without.argmax(1) != whole.argmax(1)))
            accuracy.append(after[0] - before[0])
            auc.append(after[1] - before[1])
            progress(unit + 1, layer.filters)
    return Effect(np.stack(scores), np.array(flips), np.array(accuracy), np.array(auc))


def _without(classifier: GuidedClassifier, layer: Layer, images: Tensor) -> Callable[[int], np.ndarray]:
    """From a unit to the logits (N, C) without it. Where the head reads this very layer, the head alone runs again."""
    backbone, source, head = classifier.backbone, classifier.source, classifier.head
    device = device_of(classifier)
    first = images[:_BATCH].to(device)
    features = backbone(first, source.logit_taps)
    if features.raw is features.last and torch.equal(feature_maps(backbone, first, [layer])[layer.name], features.last):
        kept = [backbone(part.to(device), source.logit_taps) for part in images.split(_BATCH)]
        return lambda unit: _numpy([source.logits(_zeroed(found, unit), head) for found in kept])

    def whole(unit: int) -> np.ndarray:
        with switched_off(backbone, layer, unit):
            return _logits(classifier, images)

    return whole


def _zeroed(features: Features, unit: int) -> Features:
    last = features.last.clone()
    last[:, unit] = 0
    return replace(features, last=last, raw=last)


def _logits(classifier: GuidedClassifier, images: Tensor) -> np.ndarray:
    return _numpy([classifier(part.to(device_of(classifier))) for part in images.split(_BATCH)])


def _numpy(logits: list[Tensor]) -> np.ndarray:
    return torch.cat(logits).cpu().double().numpy()


def _said(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Accuracy and AUC."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    area = overall_auc(labels, probabilities, np.ones((1, len(labels))))[0]
    return float(np.mean(logits.argmax(1) == labels)), float(area)
