"""A behaviour loss that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sightline import testing
from sightline.losses.sufficiency import Sufficiency
from sightline.testing import behaviour
from sightline.testing.behaviour import Case, batch


class Loud(Sufficiency):
    def forward(self, classifier: nn.Module, look: Any, batch: Any) -> Tensor:
        classifier(batch.images)  # a second pass that batch norm learns from
        return super().forward(classifier, look, batch)


class Silent(Sufficiency):
    shown = ""


class Moody(Sufficiency):
    numbers = count(1)

    def forward(self, classifier: nn.Module, look: Any, batch: Any) -> Tensor:
        return super().forward(classifier, look, batch) * next(self.numbers)


class Curious(Sufficiency):
    def forward(self, classifier: nn.Module, look: Any, batch: Any) -> Tensor:
        return super().forward(classifier, look, batch) + batch.roi.mean()


class Confident(Sufficiency):
    """It says that nothing is missing only where something is."""

    def missing(self, batch: Any) -> str | None:
        return None if super().missing(batch) else "a known ROI"


class Climbing(Sufficiency):
    """Its gradient points the wrong way."""

    def forward(self, classifier: nn.Module, look: Any, batch: Any) -> Tensor:
        found = super().forward(classifier, look, batch)
        return 2 * found.detach() - found


class Coarse(Sufficiency):
    """Its value comes out in half precision under autocast."""

    def forward(self, classifier: nn.Module, look: Any, batch: Any) -> Tensor:
        return (
            super()
            .forward(classifier, look, batch)
            .to(torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else torch.float)
        )


BREAKERS = [
    (Silent, behaviour.says_what_it_is_and_its_options_are_keywords),
    (Climbing, behaviour.moves_backbone_and_head_along_its_true_slope),
    (Loud, behaviour.leaves_batch_norm_gradients_and_images_alone),
    (Moody, behaviour.same_seed_same_value),
    (Curious, behaviour.annotations_of_unknown_images_are_never_read),
    (Confident, behaviour.without_annotations_it_says_so_and_is_a_zero_on_the_graph),
    (Coarse, behaviour.half_precision_is_judged_in_full),
]


def test_a_behaviour_loss_that_breaks_a_clause() -> None:
    with pytest.raises(AssertionError, match="leaves_batch_norm"):
        testing.check_behaviour_loss(Loud)


@pytest.mark.parametrize(("loss", "check"), BREAKERS)
def test_the_clause_that_it_breaks_fails_and_holds_of_an_honest_loss(loss: Any, check: Any) -> None:
    check(Case(Sufficiency))
    with pytest.raises(AssertionError):
        check(Case(loss))


def test_every_clause_is_broken_once() -> None:
    assert {check for _, check in BREAKERS} == set(behaviour.CHECKS)


def test_the_batch_marks_a_quarter_of_the_known_images_and_avoids_the_rest() -> None:
    some = batch([True, False])
    assert some.roi.mean((1, 2, 3)).tolist() == [0.25, 0.25]
    assert torch.equal(some.roi + some.avoid, torch.ones_like(some.roi))
    assert some.known.tolist() == [True, False]
