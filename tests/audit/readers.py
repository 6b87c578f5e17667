"""Classifiers whose reliance is known, and images for them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from sightline.audit.images import Images
from sightline.audit.scores import Sampling
from sightline.types import Look, Record

SIDE = 32
SAMPLING = Sampling(bootstrap=200, confidence=0.95, seed=0)


class Reader(nn.Module):
    """Answers class 1 where its window is brighter than a half; its map marks the window or, told so, another place.

    Args:
        window: (rows, columns) that it reads; None: it always answers the same.
        marks: what its map marks; None: the window.
    """

    def __init__(self, window: tuple[slice, slice] | None, marks: tuple[slice, slice] | None = None, gain: float = 20) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(float(gain)))
        self.window, self.marks = window, marks or window
        self.asked = 0
        self.source = SimpleNamespace(class_specific=False)

    def forward(self, images):
        self.asked += len(images)
        bright = torch.zeros(len(images)) if self.window is None else images[:, :, *self.window].mean((1, 2, 3)) - 0.5
        return torch.stack([-bright, bright], 1) * self.gain

    def look(self, images, target=None, every=False):
        marked = torch.zeros(len(images), 1, SIDE, SIDE)
        marked[:, :, *self.marks] = 1
        return Look(self(images), {"map": nn.functional.avg_pool2d(marked, 4)}, ranges={"map": "evidence"})


INSIDE, CORNER = (slice(12, 20), slice(12, 20)), (slice(0, 6), slice(0, 6))


def pictures(count: int = 24, shortcut: float = 1.0, tags=None, seed: int = 0) -> Images:
    """Grey images; in class 1 the middle (the region) is bright, and in a share `shortcut` of them so is the corner."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    pixels = rng.integers(70, 90, (count, 3, SIDE, SIDE)).astype(np.uint8)
    pixels[labels == 1, :, INSIDE[0], INSIDE[1]] = 230
    agree = rng.random(count) < shortcut
    pixels[(labels == 1) == agree, :, CORNER[0], CORNER[1]] = 230
    roi = np.zeros((count, 1, SIDE, SIDE), np.uint8)
    roi[:, :, INSIDE[0], INSIDE[1]] = 255
    records = [Record(f"i{i}", None, str(labels[i]), tags=tags[i] if tags else {}) for i in range(count)]
    nothing = torch.zeros(count, 1, SIDE, SIDE, dtype=torch.uint8)
    return Images(torch.from_numpy(pixels), labels, torch.from_numpy(roi), np.ones(count, bool), nothing, records)
