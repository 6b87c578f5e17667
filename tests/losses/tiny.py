"""A classifier small enough to follow by hand, and batches for it."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn

from sightline.types import Batch, Look


class Tiny(nn.Module):
    """conv, batch-norm, ReLU, GAP, linear; its map is the CAM. Counts what it is asked for."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6), nn.ReLU())
        self.head = nn.Linear(6, classes)
        self.source = SimpleNamespace(reaches=("backbone", "head"))
        self.asked: list[str] = []

    def forward(self, images):
        self.asked.append("logits")
        return self.head(self.backbone(images).mean((2, 3)))

    def look(self, images, target=None, every=False):
        self.asked.append("every" if every else "look")
        features = self.backbone(images)
        logits = self.head(features.mean((2, 3)))
        cam = torch.einsum("ck,bkhw->bchw", self.head.weight, features)
        self.target = logits.argmax(1) if target is None else target
        own = cam.take_along_dim(self.target[:, None, None, None], 1)
        return Look(logits, {"cam": own}, {"cam": cam} if every else {}, {"cam": "evidence"})


def batch(n: int = 4, size: int = 16, known: list[bool] | None = None, classes: int = 2) -> Batch:
    """Random images; the ROI is the upper left quarter, the area to avoid the lower right one."""
    roi, avoid = torch.zeros(n, 1, size, size), torch.zeros(n, 1, size, size)
    roi[:, :, : size // 2, : size // 2] = 1
    avoid[:, :, size // 2 :, size // 2 :] = 1
    seen = torch.tensor([True] * n if known is None else known)
    labels = torch.arange(n) % classes
    return Batch(torch.rand(n, 3, size, size), labels, roi, seen, avoid, seen.clone(), torch.arange(n), [str(i) for i in range(n)])


class Seen(Tiny):
    """Remembers the images that it was shown."""

    def forward(self, images):
        self.images = images
        return super().forward(images)


def look_of(model, some) -> Look:
    with torch.no_grad():
        return Look(model(some.images), {})
