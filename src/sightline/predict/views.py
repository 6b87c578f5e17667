"""Test-time augmentation: the same picture flipped or turned, and its maps turned back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Views = Literal["none", "flips", "rotations"]


@dataclass(frozen=True)
class View:
    """A change of pictures (..., H, W), and the change that takes it back."""

    there: Callable[[Tensor], Tensor]
    back: Callable[[Tensor], Tensor]


def _flip(*sides: int) -> View:
    def turn(images: Tensor) -> Tensor:
        return torch.flip(images, sides) if sides else images

    return View(turn, turn)


def _turn(quarters: int) -> View:
    return View(lambda images: torch.rot90(images, quarters, (-2, -1)), lambda maps: torch.rot90(maps, -quarters, (-2, -1)))


VIEWS: dict[Views, tuple[View, ...]] = {
    "none": (_flip(),),
    "flips": (_flip(), _flip(-1), _flip(-2), _flip(-2, -1)),
    "rotations": tuple(_turn(quarters) for quarters in range(4)),
}
