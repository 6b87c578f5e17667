"""Optimisers and learning-rate schedules of all papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from torch import nn
from torch.optim import SGD, Adam, Adamax, AdamW, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR, ReduceLROnPlateau, StepLR

from sightline.config import Schedule, Train

Part = Literal["backbone", "head", "source", "losses"]


def parameter_groups(parts: Mapping[Part, nn.Module], train: Train) -> list[dict[str, Any]]:
    """One group per part with its learning-rate factor (000-09). The losses' own scalars (scales, sigmas) are never decayed.

    Args:
        parts: `backbone`, `head`, `source`, `losses`; parameters that need no gradient are left out, and a parameter that two parts
            share belongs to the first.
    """
    groups: list[dict[str, Any]] = []
    seen: set[int] = set()
    for name, part in parts.items():
        parameters = [p for p in part.parameters() if p.requires_grad and id(p) not in seen]
        seen.update(map(id, parameters))
        if parameters:
            decay = {"weight_decay": 0.0} if name == "losses" else {}
            groups.append({"params": parameters, "lr": train.optimizer.lr * train.lr_factors.get(name, 1), "name": name} | decay)
    return groups


def optimiser(groups: list[dict[str, Any]], train: Train) -> Optimizer:
    """The optimiser that the recipe names."""
    settings = train.optimizer
    lr, decay = settings.lr, settings.weight_decay
    if settings.name == "sgd":
        return SGD(groups, lr=lr, weight_decay=decay, momentum=settings.momentum, nesterov=settings.nesterov)
    adaptive = {"adam": Adam, "adamw": AdamW, "adamax": Adamax}[settings.name]
    result: Optimizer = adaptive(groups, lr=lr, weight_decay=decay)
    return result


def schedule(optimizer: Optimizer, settings: Schedule, epochs: int, steps_per_epoch: int) -> LRScheduler | ReduceLROnPlateau:
    """The schedule that the recipe names. `one_cycle` and `cosine` are stepped after every batch (`per_step`), the others per epoch."""
    steps = epochs * steps_per_epoch
    match settings.name:
        case "constant":
            return LambdaLR(optimizer, lambda _: 1.0)
        case "step":
            return StepLR(optimizer, step_size=settings.every, gamma=settings.gamma)
        case "plateau":
            # threshold 0: any improvement counts; patience counts the epochs without one that are still tolerated
            return ReduceLROnPlateau(
                optimizer, factor=settings.gamma, patience=settings.patience - 1, min_lr=settings.min_lr, threshold=0, eps=0
            )
        case "one_cycle":
            return OneCycleLR(optimizer, max_lr=[g["lr"] for g in optimizer.param_groups], total_steps=max(steps, 2))
        case "cosine":
            return CosineAnnealingLR(optimizer, T_max=max(steps, 1), eta_min=settings.min_lr)


def per_step(settings: Schedule) -> bool:
    """Whether the schedule moves after every batch."""
    return settings.name in ("one_cycle", "cosine")
