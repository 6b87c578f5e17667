"""Random numbers that depend on where the training stands, not on how it got there."""

from __future__ import annotations

import hashlib

import torch


def stable_seed(*parts: object) -> int:
    """A 63-bit seed from anything printable; equal on every machine and in every process."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def seed_epoch(seed: int, epoch: int, rank: int = 0) -> None:
    """Sets torch's generators for one epoch, so that a resumed training draws what the uninterrupted one would have drawn."""
    torch.manual_seed(stable_seed("epoch", seed, epoch, rank))
