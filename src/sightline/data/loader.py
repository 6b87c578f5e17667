"""Samples become batches, in this process or from workers: the same bits either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from sightline.data.sampling import Balance, EpochSampler
from sightline.short import short_repr
from sightline.types import Batch

if TYPE_CHECKING:
    from sightline.data.dataset import ImageDataset


@dataclass(frozen=True)
class Sample:
    """One image of a batch; see `Batch`."""

    image: Tensor  # (C, S, S)
    roi: Tensor  # (1, S, S)
    known: bool
    avoid: Tensor  # (1, S, S)
    avoid_known: bool
    label: int
    index: int
    id: str
    group: int
    findings: Findings | None = None
    __repr__ = short_repr


@dataclass(frozen=True)
class Findings:
    """Of an image with several findings; see `Batch`."""

    labels: Tensor  # (C,) 1, 0, or NaN where not known
    roi: Tensor  # (C, S, S)
    known: Tensor  # (C,) bool
    __repr__ = short_repr


def collate(samples: Sequence[Sample]) -> Batch:
    """Samples side by side."""
    findings = [s.findings for s in samples if s.findings is not None]
    of_findings = {"finding_roi": [f.roi for f in findings], "finding_known": [f.known for f in findings]} if findings else {}
    return Batch(
        images=torch.stack([s.image for s in samples]),  # (B, C, S, S)
        labels=torch.stack([f.labels for f in findings]) if findings else torch.tensor([s.label for s in samples]),
        roi=torch.stack([s.roi for s in samples]),  # (B, 1, S, S)
        known=torch.tensor([s.known for s in samples]),
        avoid=torch.stack([s.avoid for s in samples]),  # (B, 1, S, S)
        avoid_known=torch.tensor([s.avoid_known for s in samples]),
        index=torch.tensor([s.index for s in samples]),
        ids=[s.id for s in samples],
        group=torch.tensor([s.group for s in samples]),
        **{name: torch.stack(some) for name, some in of_findings.items()},  # (B, C, S, S), (B, C)
    )


def train_loader(
    dataset: ImageDataset,
    *,
    batch_size: int,
    balance: Balance = "none",
    seed: int = 0,
    workers: int = 0,
    epoch: int = 0,
    rank: int = 0,
    world: int = 1,
) -> DataLoader[Sample]:
    """Batches of epoch `epoch`; `loader.sampler.set_epoch` goes on from there.

    A last incomplete batch is shown as it is, unless it is a single image, of which batch-norm could learn nothing: that one is left out.
    """
    sampler = EpochSampler(dataset.balanced.member, balance=balance, seed=seed, rank=rank, world=world)
    sampler.set_epoch(epoch)
    single = batch_size > 1 and len(sampler) > 1 and len(sampler) % batch_size == 1
    return DataLoader(
        dataset,
        batch_size,
        sampler=sampler,
        drop_last=single,
        num_workers=workers,
        collate_fn=collate,
        generator=torch.Generator().manual_seed(0),  # so that starting an epoch draws nothing from the global one
        pin_memory=torch.cuda.is_available(),
        persistent_workers=workers > 0,
    )


def eval_loader(dataset: Dataset[Sample], *, batch_size: int, workers: int = 0) -> DataLoader[Sample]:
    """Every image once, in order, without randomness."""
    return DataLoader(
        dataset,
        batch_size,
        num_workers=workers,
        collate_fn=collate,
        generator=torch.Generator().manual_seed(0),
        pin_memory=torch.cuda.is_available(),
        persistent_workers=workers > 0,
    )
