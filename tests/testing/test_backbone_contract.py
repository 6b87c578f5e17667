"""A network that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sightline import testing
from sightline.attention.cnn4 import Cnn4
from sightline.testing import backbone


class Shallow(Cnn4):
    def __init__(self, image_size: int = 224) -> None:
        super().__init__(image_size)
        self.feature_info[0]["reduction"] = 4


class Fixed(Cnn4):
    """An option of it is not keyword-only."""

    def __init__(self, image_size: int = 224, drop_rate: float = 0) -> None:
        super().__init__(image_size, drop_rate=drop_rate)


class Unscaled(Cnn4):
    def __init__(self, image_size: int = 224) -> None:
        super().__init__(image_size)
        self.pretrained_cfg["std"] = (0.0, 1.0, 1.0)


class Sociable(Cnn4):
    def forward_features(self, x: Tensor) -> Tensor:
        return super().forward_features(x - x.mean(0))


class Idle(Cnn4):
    def __init__(self, image_size: int = 224) -> None:
        super().__init__(image_size)
        self.idle = nn.Parameter(torch.ones(()))


def test_a_network_that_breaks_a_clause() -> None:
    with pytest.raises(AssertionError, match="Shallow: stages_are_as_listed"):
        testing.check_backbone(Shallow)


@pytest.mark.parametrize(
    ("network", "check"),
    [
        (Fixed, backbone.its_options_are_keywords),
        (Unscaled, backbone.says_what_images_it_takes),
        (Sociable, backbone.every_image_is_seen_by_itself),
        (Idle, backbone.all_weights_learn),
    ],
)
def test_the_clause_that_it_breaks_fails_and_holds_of_an_honest_network(network: Any, check: Any) -> None:
    check(Cnn4)
    with pytest.raises(AssertionError):
        check(network)
