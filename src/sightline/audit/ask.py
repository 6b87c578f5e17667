"""What a classifier answers, batch by batch, in evaluation mode and without gradients."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.device import device_of
from sightline.engine.decision import Decision, look_at_decided

BATCH = 64


@torch.no_grad()
def probabilities(classifier: GuidedClassifier, images: Tensor) -> np.ndarray:
    """(N, 3, S, S) float in [0, 1] -> (N, C) float64."""
    device = device_of(classifier)
    logits = [classifier(part.to(device)).cpu() for part in images.split(BATCH)]
    return torch.cat(logits).double().softmax(1).numpy()


@torch.no_grad()
def looks(classifier: GuidedClassifier, images: Tensor, decision: Decision) -> tuple[np.ndarray, np.ndarray | None]:
    """Probabilities (N, C), and the first map (N, h, w) float32 of the class decided for; None where the classifier has no maps."""
    seen = [look_at_decided(classifier, part.to(device_of(classifier)), decision) for part in images.split(BATCH)]
    maps = [next(iter(one.maps.values())) for one in seen if one.maps]
    return np.concatenate([one.probabilities for one in seen]), np.concatenate(maps) if maps else None


@torch.no_grad()
def maps_of(classifier: GuidedClassifier, images: Tensor, target: np.ndarray) -> np.ndarray:
    """The first map (N, h, w) float32 of the classes `target` (N,); the classifier has maps."""
    device, maps = device_of(classifier), []
    for part, of in zip(images.split(BATCH), torch.from_numpy(target).split(BATCH), strict=True):
        look = classifier.look(part.to(device), of.to(device))
        maps.append(look.first[:, 0].float().cpu().numpy())
    return np.concatenate(maps)
