"""Checks that weights and answers are finite; others are neither saved nor used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.device import device_of
from sightline.errors import UserError
from sightline.recipe import Recipe

GENTLER = "Lower train.optimizer.lr or set train.clip=1, and start a new run."


class NotFinite(UserError):
    """A training met NaN or infinity. What was kept before that is whole."""


def not_finite(state: object, name: str = "") -> str | None:
    """The name of the first tensor in a tree of dictionaries and lists that holds NaN or infinity; None where all are finite.

    >>> not_finite({"head": {"weight": torch.tensor([1.0, float("nan")])}})
    'head.weight'
    """
    if isinstance(state, Tensor):
        return name if state.is_floating_point() and not bool(torch.isfinite(state).all()) else None
    if isinstance(state, Mapping):
        parts: list[tuple[Any, Any]] = list(state.items())
    elif isinstance(state, Sequence) and not isinstance(state, str):
        parts = list(enumerate(state))
    else:
        return None
    named = (not_finite(part, f"{name}.{key}" if name else str(key)) for key, part in parts)
    return next((found for found in named if found), None)


def unsound(classifier: GuidedClassifier, side: int) -> str | None:
    """Why this classifier cannot be used: weights that are not finite, or so large that its answer to a picture is not. Else None.

    Args:
        side: of the square pictures it was made for, pixels.
    """
    if name := not_finite(classifier.state_dict()):
        return f"holds weights that are not finite numbers (the first is {name})"
    device = device_of(classifier)
    ramp = torch.linspace(0, 1, side, device=device)
    shape = (classifier.image_channels, side, side)
    pictures = torch.stack([torch.full(shape, 0.5, device=device), ramp.expand(shape)])
    training = classifier.training
    with torch.no_grad():
        logits = classifier.eval()(pictures)  # (2, C)
    classifier.train(training)
    return None if bool(torch.isfinite(logits).all()) else "holds weights so large that its answers are not finite numbers"


def remedy(recipe: Recipe) -> str:
    """What to try after NaN or infinity."""
    precise = "Set train.precision=32. " if recipe.train.precision != "32" else ""
    return precise + GENTLER
