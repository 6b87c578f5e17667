"""The order of the training images in an epoch, and how often each is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Sampler

Balance = Literal["none", "oversample", "weighted_sampler", "class_weights"]


class Key(NamedTuple):
    """Which image to show, and where the training stands; the augmentation is drawn from `epoch` and `position` (and the seed) alone."""

    epoch: int
    position: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which no key needs


def class_counts(labels: Sequence[int], n_classes: int) -> list[int]:
    """Images per class.

    >>> class_counts([0, 2, 2], 3)
    [1, 0, 2]
    """
    result: list[int] = np.bincount(np.asarray(labels, dtype=np.int64), minlength=n_classes).tolist()
    return result


def class_weights(labels: Sequence[int], n_classes: int) -> Tensor:
    """Weights of a class loss, (C,): inversely proportional to the class's images; the mean over classes that occur is 1.

    >>> class_weights([0, 0, 0, 1], 2).tolist()
    [0.5, 1.5]
    """
    counts = torch.tensor(class_counts(labels, n_classes))
    inverse = torch.where(counts > 0, 1 / counts.clamp(min=1), 0)
    return inverse / inverse[counts > 0].mean()


def finding_weights(labels: Tensor) -> Tensor:
    """Weights of a class loss of several findings, (C, 2): in all images together, the absence and the presence of each finding weigh
    alike, and the mean over the images of which it is known is 1.

    >>> finding_weights(torch.tensor([[1.0, 0.0], [0.0, float("nan")], [0.0, 1.0], [0.0, 1.0]])).tolist()
    [[0.6666666865348816, 2.0], [1.5, 0.75]]

    Args:
        labels: (N, C): 1 present, 0 absent, NaN not known. A finding that is present or absent in no image has equal weights.
    """
    counts = torch.stack([(labels == answer).sum(0) for answer in (0, 1)], dim=1)  # (C, 2)
    weights = counts.sum(1, keepdim=True) / (2 * counts.clamp(min=1))
    return torch.where((counts > 0).all(1, keepdim=True), weights, torch.ones_like(weights))


def oversample(labels: Sequence[int] | np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random oversampling: every image once, and random ones of the smaller classes again until all classes are equally large.

    Source: Figueroa et al. 2022, section 2 (random oversampling of the smaller class, with replacement).

    Returns:
        (classes x largest class,) indices, in no particular order.
    """
    _, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    extra = [rng.choice(np.flatnonzero(inverse == c), counts.max() - n) for c, n in enumerate(counts)]
    return np.concatenate([np.arange(len(labels)), *extra])


def weighted(labels: Sequence[int] | np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` indices with replacement, image i with weight 1 / p(class of i): classes are equally likely.

    Source: Yan 2020, ISIC 2018 (a weighted sampler instead of copies).
    """
    _, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights = 1 / counts[inverse]
    return rng.choice(len(labels), n, p=weights / weights.sum())


class EpochSampler(Sampler[Key]):
    """The keys of one epoch, drawn from (seed, epoch) alone.

    Several processes share one order: process `rank` takes every `world`-th key. All get equally many; for that the order begins again
    at its end where needed.
    """

    def __init__(
        self, labels: Sequence[int], *, balance: Balance = "none", shuffle: bool = True, seed: int = 0, rank: int = 0, world: int = 1
    ) -> None:
        self.labels = np.asarray(labels, dtype=np.int64)
        self.balance, self.shuffle, self.seed, self.rank, self.world = balance, shuffle, seed, rank, world
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        shown = len(self.labels)
        if self.balance == "oversample":
            _, counts = np.unique(self.labels, return_counts=True)
            shown = counts.max() * len(counts)
        return -(-int(shown) // self.world)

    def __iter__(self) -> Iterator[Key]:
        epoch, total = self.epoch, len(self) * self.world
        order = np.resize(self._order(np.random.default_rng(seed_sequence(self.seed, epoch))), total)
        for position in range(self.rank, total, self.world):
            yield Key(epoch, position, int(order[position]))

    def _order(self, rng: np.random.Generator) -> np.ndarray:
        if self.balance == "oversample":
            order = oversample(self.labels, rng)
        elif self.balance == "weighted_sampler":
            order = weighted(self.labels, len(self.labels), rng)
        else:
            order = np.arange(len(self.labels))
        return rng.permutation(order) if self.shuffle else order


def seed_sequence(seed: int, *place: int) -> np.random.SeedSequence:
    """Randomness for one place in a training, e.g. (epoch, position): equal on every machine, unrelated between places."""
    return np.random.SeedSequence(seed % 2**63, spawn_key=place)


def image_rng(seed: int, what: str, image: str) -> np.random.Generator:
    """Randomness of one kind for one image, by its id: the same in every process (unlike `hash`)."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(f"{seed} {what} {image}".encode()).digest()))
