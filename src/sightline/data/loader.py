"""Batches, in this process or from workers: the same bits either way."""

from __future__ import annotations

import torch
from torch.utils.data import DataLoader, Dataset

from sightline.data.dataset import ImageDataset, Sample, collate
from sightline.data.sampling import Balance, EpochSampler


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
