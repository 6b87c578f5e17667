"""A guidance loss that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from sightline import testing
from sightline.losses.l2 import L2
from sightline.testing import guidance


class Nameless(L2):
    words = ""


class Closed(L2):
    def __init__(self, *, sharp: bool = False) -> None:
        super().__init__()


class Flipped(L2):
    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return 1 - super().compare(attention, roi)


class Rectified(L2):
    own_squash = "relu"


class Detached(L2):
    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return super().compare(attention.detach(), roi) + 0 * attention.mean((1, 2, 3))


class Summed(L2):
    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return super().compare(attention, roi).sum()


@pytest.mark.parametrize(
    ("loss", "clause"),
    [
        (Nameless, "says_what_it_is.*has no `words`"),
        (Closed, r"common_options.*pass `\*\*common` on.*TypeError"),
        (Flipped, "the_right_map_is_better"),
        (Rectified, "a_map_without_positive_evidence"),
        (Detached, "descent_on_the_map|gradient_is_the_derivative"),
        (Summed, "does_not_depend_on_batch_size"),
    ],
)
def test_a_guidance_loss_that_breaks_a_clause(loss: Any, clause: str) -> None:
    with pytest.raises(AssertionError, match=rf"{loss.__name__}: .*{clause}"):
        testing.check_guidance_loss(loss)


class Noisy(L2):
    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return super().compare(attention, roi) * torch.rand(())


class Greedy(L2):
    def forward(self, attention: Tensor, roi: Tensor, *others: Any) -> Tensor:
        attention.data.mul_(0.5)
        return super().forward(attention, roi, *others)


class Infinite(L2):
    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return super().compare(attention, roi) / attention.flatten(1).std(1)


class Curious(L2):
    def forward(self, attention: Tensor, roi: Tensor, known: Tensor, *others: Any) -> Tensor:
        return super().forward(attention, roi, torch.ones_like(known), *others)


@pytest.mark.parametrize(
    ("loss", "check"),
    [
        (Noisy, guidance.same_input_same_value_and_state_survives_a_save),
        (Greedy, guidance.leaves_its_input_alone),
        (Infinite, guidance.constant_and_dead_maps_are_finite),
        (Curious, guidance.unknown_images_have_no_influence),
        (Curious, guidance.without_a_known_image_it_is_a_zero_on_the_graph),
        (Curious, guidance.over_the_batch_unknown_images_dilute_it),
    ],
)
def test_the_clause_that_it_breaks_fails_and_holds_of_an_honest_loss(loss: Any, check: Any) -> None:
    check(L2)
    with pytest.raises(AssertionError):
        check(loss)


def test_squares_cover_a_quarter_each_elsewhere() -> None:
    regions = guidance.squares()
    assert regions.mean((1, 2, 3)).tolist() == [0.25] * 4
    assert regions.sum(0).eq(1).all()
