"""The images of an audit, in memory, since they are used many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sightline.audit.budget import Budget
from sightline.data.dataset import ImageDataset
from sightline.types import Record

_CHUNK = 16


@dataclass(frozen=True)
class Images:
    """N images as the network sees them, in random order, so that any first few of them are a fair sample.

    Attributes:
        pixels: (N, C, S, S) uint8.
        labels: (N,) class indices.
        roi: (N, 1, S, S) uint8, 255 inside; zero where unknown.
        known: (N,) bool: the ROI map is real.
        avoid: (N, 1, S, S) uint8; zero where nothing is marked.
        records: what they were read from.
    """

    pixels: Tensor
    labels: np.ndarray
    roi: Tensor
    known: np.ndarray
    avoid: Tensor
    records: list[Record]

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, places: np.ndarray | Sequence[int]) -> Images:
        """Some of them."""
        chosen = torch.as_tensor(np.asarray(places, dtype=np.int64))
        records = [self.records[i] for i in chosen.tolist()]
        numbers = chosen.numpy()
        return Images(self.pixels[chosen], self.labels[numbers], self.roi[chosen], self.known[numbers], self.avoid[chosen], records)

    @property
    def patients(self) -> np.ndarray:
        """(N,) patient or lesion of each, 0, 1, ...; an image without one stands alone."""
        return np.unique([record.group or record.id for record in self.records], return_inverse=True)[1]


def take(dataset: ImageDataset, count: int, budget: Budget, seed: int = 0) -> Images:
    """Reads up to `count` random images of a data set, as many as a fifth of the time allows. Equal seeds give equal first images."""
    order = np.random.default_rng(seed).permutation(len(dataset))[:count].tolist()
    return gather(dataset, [i for part in budget.chunks(len(order), 0.2, _CHUNK) for i in order[part]])


def gather(dataset: ImageDataset, places: Sequence[int]) -> Images:
    """Reads the images at these places of a data set."""
    samples = [dataset[i] for i in places]
    return Images(
        pixels=torch.stack([_bytes(s.image) for s in samples]),
        labels=np.array([dataset.labels[s.index] for s in samples]),
        roi=torch.stack([_bytes(s.roi) for s in samples]),
        known=np.array([s.known for s in samples]),
        avoid=torch.stack([_bytes(s.avoid) for s in samples]),
        records=[dataset.records[s.index] for s in samples],
    )


def unit(pixels: Tensor, device: torch.device | str = "cpu") -> Tensor:
    """uint8 -> float32 in [0, 1], on the device."""
    return pixels.to(device).float() / 255


def _bytes(values: Tensor) -> Tensor:
    return (values * 255).round().to(torch.uint8)
