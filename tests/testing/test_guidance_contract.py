"""A guidance loss that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sightline import testing
from sightline.losses.l2 import L2
from sightline.testing import guidance
from sightline.testing.contract import carry_out


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


class HalfHearted(L2):
    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return super().compare(attention, 0.8 * roi)


class Deceived(L2):
    """It says that images with nothing marked do not count, and counts them."""

    needs_region = True

    def counts(self, roi: Tensor, known: Tensor) -> Tensor:
        return known


class FirstClass(L2):
    def forward(self, attention: Tensor, *others: Any) -> Tensor:
        return super().forward(attention[:, :1], *others)


class Choosy(L2):
    """It passes over maps of less than four cells a side."""

    def forward(self, attention: Tensor, *others: Any) -> Tensor:
        return super().forward(attention, *others) if attention.shape[-1] >= 4 else 0 * attention.sum()


class Coarse(L2):
    """Its value comes out in the precision of the map."""

    def forward(self, attention: Tensor, *others: Any) -> Tensor:
        return super().forward(attention, *others).to(attention.dtype)


class Sharp(L2):
    """It says that it divides by the maximum, and takes the sigmoid."""

    own_squash = "max"

    def squashed(self, raw: Tensor, range: Any) -> Tensor:
        return raw if range == "unit" else raw.sigmoid()


BREAKERS: list[tuple[Any, Callable[[Any], None]]] = [
    (Nameless, guidance.says_what_it_is_and_has_the_common_options),
    (Closed, guidance.says_what_it_is_and_has_the_common_options),
    (Flipped, guidance.the_right_map_is_better_than_the_wrong_one),
    (HalfHearted, guidance.the_perfect_map_minimises_it),
    (Detached, guidance.descent_on_the_map_alone_brings_the_evidence_to_its_place),
    (Deceived, guidance.an_image_with_nothing_marked_counts_only_where_the_loss_says_so),
    (Detached, guidance.gradient_is_the_derivative),
    (Curious, guidance.unknown_images_have_no_influence),
    (Curious, guidance.without_a_known_image_it_is_a_zero_on_the_graph),
    (Summed, guidance.does_not_depend_on_batch_size_nor_on_the_annotated_share),
    (Curious, guidance.over_the_batch_unknown_images_dilute_it),
    (FirstClass, guidance.several_classes_count_alike),
    (Infinite, guidance.constant_and_dead_maps_are_finite),
    (Rectified, guidance.a_map_without_positive_evidence_is_still_moved),
    (Choosy, guidance.any_map_size_will_do),
    (Coarse, guidance.half_precision_maps_are_judged_in_full_precision),
    (Sharp, guidance.blind_to_scale_under_a_squash_that_is),
    (Noisy, guidance.same_input_same_value_and_state_survives_a_save),
    (Greedy, guidance.leaves_its_input_alone),
]


@pytest.mark.parametrize(("loss", "check"), BREAKERS)
def test_a_loss_that_breaks_a_clause_is_refused_by_it_and_an_honest_loss_is_not(loss: Any, check: Callable[[Any], None]) -> None:
    carry_out([check], L2, "L2")
    with pytest.raises(AssertionError):
        carry_out([check], loss, loss.__name__)


def test_every_clause_is_broken_once() -> None:
    assert {check for _, check in BREAKERS} == set(guidance.CHECKS)


@pytest.mark.parametrize(
    ("loss", "said"),
    [(Nameless, "says_what_it_is.*has no `words`"), (Closed, r"common_options.*pass `\*\*common` on.*TypeError"), (Summed, "batch_size")],
)
def test_what_a_loss_does_not_keep_is_told(loss: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=rf"{loss.__name__}: .*{said}"):
        testing.check_guidance_loss(loss)


def test_squares_cover_a_quarter_each_elsewhere() -> None:
    regions = guidance.squares()
    assert regions.mean((1, 2, 3)).tolist() == [0.25] * 4
    assert regions.sum(0).eq(1).all()
