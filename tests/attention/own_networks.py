"""Networks as other people have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from sightline.attention.classifier import wrap
from sightline.errors import UserError

SIZE = 64


class Net(nn.Module):
    """A small classifier whose answer is put into any form."""

    def __init__(self, channels: int = 3, form: Callable[[Tensor], Any] = lambda logits: logits) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 6, 3, stride=8)
        self.norm = nn.BatchNorm2d(6)
        self.act = nn.ReLU(inplace=True)
        self.fc = nn.Linear(6, 3)
        self.form = form

    def forward(self, x: Tensor) -> Any:
        return self.form(self.fc(self.act(self.norm(self.conv(x))).mean((2, 3))))


def images(channels: int = 3, size: int = SIZE) -> Tensor:
    return torch.rand(2, channels, size, size, generator=torch.Generator().manual_seed(1))


def refused(match: str, *args: Any, **options: Any) -> str:
    with pytest.raises(UserError, match=match) as error:
        wrap(*args, **{"image_size": SIZE} | options)
    assert "\n" not in str(error.value)
    return str(error.value)


def vit() -> VisionTransformer:
    net = VisionTransformer(SIZE, 16, 2, 2, 16, 32, num_classes=3).eval()
    nn.init.normal_(net.heads.head.weight)  # zero as it comes
    return net


class Small(nn.Module):
    """A classifier as people write them."""

    def __init__(self, hidden: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=4)
        self.act = nn.ReLU(inplace=True)
        self.norm = nn.BatchNorm2d(6)
        self.fc = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3)) if hidden else nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.norm(self.act(self.conv(x))).mean((2, 3)))
