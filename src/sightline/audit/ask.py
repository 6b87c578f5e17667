"""What a classifier answers, batch by batch, in evaluation mode and without gradients."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier

BATCH = 64


def device_of(classifier: GuidedClassifier) -> torch.device:
    """Where its weights lie."""
    return next(classifier.parameters()).device


@torch.no_grad()
def probabilities(classifier: GuidedClassifier, images: Tensor) -> np.ndarray:
    """(N, 3, S, S) float in [0, 1] -> (N, C) float64."""
    device = device_of(classifier)
    logits = [classifier(part.to(device)) for part in images.split(BATCH)]
    return torch.cat(logits).double().softmax(1).cpu().numpy()


@torch.no_grad()
def looks(classifier: GuidedClassifier, images: Tensor, target: Tensor | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    """Probabilities (N, C), and the first map (N, h, w) float32 of the class `target` (N,); None: of the predicted class.

    The map is None where the classifier has none.
    """
    device, said, maps = device_of(classifier), [], []
    for i, part in enumerate(images.split(BATCH)):
        wanted = None if target is None else target[i * BATCH : i * BATCH + len(part)].to(device)
        look = classifier.look(part.to(device), wanted)
        said.append(look.logits.double().softmax(1).cpu().numpy())
        maps += [next(iter(look.maps.values()))[:, 0].float().cpu().numpy()] if look.maps else []
    return np.concatenate(said), np.concatenate(maps) if maps else None
