"""A linear classifier, whose gradients are known, and what it is shown."""

from __future__ import annotations

import torch
from tiny import batch
from torch import nn

from sightline.types import Batch, Look


class Linear(nn.Module):
    """Logits W x: the gradient of the sum of log-probabilities is sum_k W_k - C sum_j p_j W_j."""

    def __init__(self, classes: int = 3, size: int = 6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, 3 * size * size, dtype=torch.float64) * 0.1)

    def forward(self, images):
        return images.flatten(1) @ self.weight.T

    def gradients(self, images):
        p = self(images).softmax(1)
        return (self.weight.sum(0) - len(self.weight) * p @ self.weight).view_as(images)


def look_of(model: nn.Module, some: Batch) -> Look:
    return Look(model(some.images), {})


def small(n: int = 4, size: int = 6, **kinds) -> Batch:
    some = batch(n, size, classes=3, **kinds)
    some.images, some.roi, some.avoid = some.images.double(), some.roi.double(), some.avoid.double()
    return some
