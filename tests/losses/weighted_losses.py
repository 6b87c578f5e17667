"""Three losses, one of each kind, whose weights set in at different times."""

from __future__ import annotations

import torch

from sightline.losses.weighting import LossEntry

ENTRIES = [
    LossEntry("cross_entropy", "classification"),
    LossEntry("l2", "guidance", weight=3, start=1, ramp=3),
    LossEntry("mining", "behaviour", weight=0.5, start=2),
]


def losses(*values: float) -> dict[str, torch.Tensor]:
    return {e.name: torch.tensor(v, requires_grad=True) for e, v in zip(ENTRIES, values, strict=True)}
