"""A weighting that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sightline import testing
from sightline.losses.uncertainty import Uncertainty
from sightline.losses.weighting import Fixed, LossEntry
from sightline.testing import weighting


class Wrong(Fixed):
    def forward(self, losses: dict[str, Tensor], epoch: float) -> tuple[Tensor, dict[str, float]]:
        total, weights = super().forward(losses, epoch)
        return 2 * total, weights


class Demanding(Fixed):
    """It wants every loss in every epoch."""

    def forward(self, losses: dict[str, Tensor], epoch: float) -> tuple[Tensor, dict[str, float]]:
        total, weights = super().forward(losses, epoch)
        return total + 0 * sum(losses[entry.name] for entry in self.entries), weights


class Sudden(Fixed):
    def __init__(self, entries: list[LossEntry]) -> None:
        super().__init__([LossEntry(e.name, e.kind, e.weight, e.start) for e in entries])


class Idle(Fixed):
    """It has a parameter that nothing depends on."""

    def __init__(self, entries: list[LossEntry]) -> None:
        super().__init__(entries)
        self.idle = nn.Parameter(torch.ones(()))


class Stubborn(Fixed):
    """It gives a weight to what is switched off."""

    def factors(self) -> Tensor:
        return super().factors() + 1


class Nameless(Fixed):
    words = ""


BREAKERS = [
    (Nameless, weighting.says_what_it_is_and_its_options_are_keywords),
    (Wrong, weighting.the_weights_it_reports_are_the_slopes_of_its_total),
    (Demanding, weighting.losses_that_are_not_computed_count_nothing),
    (Sudden, weighting.a_later_loss_sets_in_by_its_ramp),
    (Idle, weighting.what_it_learns_is_moved_logged_and_saved),
    (Stubborn, weighting.calibration_gives_finite_weights_and_leaves_off_what_is_off),
]


def test_a_weighting_that_breaks_a_clause() -> None:
    with pytest.raises(AssertionError, match="slopes"):
        testing.check_weighting(Wrong)


@pytest.mark.parametrize(("kind", "check"), BREAKERS)
def test_the_clause_that_it_breaks_fails_and_holds_of_honest_ones(kind: Any, check: Any) -> None:
    check(Fixed)
    check(Uncertainty)
    with pytest.raises((AssertionError, KeyError)):
        check(kind)


def test_every_clause_is_broken_once() -> None:
    assert {check for _, check in BREAKERS} == set(weighting.CHECKS)
