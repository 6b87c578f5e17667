from __future__ import annotations

import torch
from backbones import backbone

from sightline.attention.backbone import Backbone


def test_parts_that_only_the_classifier_needs_are_dropped(images: torch.Tensor) -> None:
    found = backbone("vgg11", size=32)
    assert sum(p.numel() for p in found.parameters()) < 10_000_000
    assert all(p.grad is not None for p in _after_backward(found, images))


def _after_backward(found: Backbone, images: torch.Tensor) -> list[torch.nn.Parameter]:
    found(images).last.square().sum().backward()
    return list(found.parameters())
