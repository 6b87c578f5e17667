"""Scaling of raw evidence to a map that can be compared with an ROI map.

Every function takes (N, 1, h, w) and keeps the shape; each map is scaled separately. All of them are differentiable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

Range = Literal["evidence", "unit"]
Squash = Literal["none", "relu", "abs", "sigmoid", "minmax", "max"]
UnitSquash = Literal["sigmoid", "minmax", "max"]

EPS = 1e-8


def none(raw: Tensor) -> Tensor:
    """The unchanged map."""
    return raw


def minmax(raw: Tensor, eps: float = EPS) -> Tensor:
    """(A - min A) / (max A - min A), in [0, 1]. Independent of scale and of a constant added to the map, like a softmax over the classes.

    A map whose values differ by `eps` or less becomes zero.

    >>> minmax(torch.tensor([[[[-1.0, 0.0], [1.0, 3.0]]]])).flatten().tolist()
    [0.0, 0.25, 0.5, 1.0]
    """
    low, high = raw.amin((2, 3), keepdim=True), raw.amax((2, 3), keepdim=True)  # (N, 1, 1, 1)
    return _divide(raw - low, high - low, eps)


def by_max(raw: Tensor, eps: float = EPS) -> Tensor:
    """ReLU(A) / max ReLU(A), in [0, 1]. Independent of scale. A map without positive evidence becomes zero and has no gradient.

    >>> by_max(torch.tensor([[[[-1.0, 0.0], [1.0, 4.0]]]])).flatten().tolist()
    [0.0, 0.0, 0.25, 1.0]
    """
    positive = torch.relu(raw)
    return _divide(positive, positive.amax((2, 3), keepdim=True), eps)


def _divide(part: Tensor, whole: Tensor, eps: float) -> Tensor:
    """part / whole, and zero where `whole` is not above `eps`."""
    usable = whole > eps
    # masked before the division: an infinite gradient times zero would be NaN
    return torch.where(usable, part, 0) / torch.where(usable, whole, 1)


SQUASHES: dict[Squash, Callable[[Tensor], Tensor]] = {
    "none": none,
    "relu": torch.relu,
    "abs": torch.abs,
    "sigmoid": torch.sigmoid,
    "minmax": minmax,
    "max": by_max,
}
