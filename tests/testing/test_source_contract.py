"""An attention source that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from sightline import testing
from sightline.attention.cam import Cam
from sightline.attention.gates import Gates
from sightline.attention.gradcam import GradCam
from sightline.testing import source
from sightline.testing.contract import carry_out
from sightline.testing.source import NETWORKS, Case


class Cut(Cam):
    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        look = super().look(features, head, target, every)
        return type(look)(look.logits, {k: m.detach() for k, m in look.maps.items()}, look.every, look.ranges)


class Renamed(Cam):
    map_names = ("other",)


class Mixed(Cam):
    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        look = super().look(features, head, target, every)
        maps = {name: found - found.mean() for name, found in look.maps.items()}
        return type(look)(look.logits, maps, {name: found - found.mean() for name, found in look.every.items()}, look.ranges)


class Nameless(Cam):
    words = ""


class Hasty(Cam):
    """Without gradients it shows another map."""

    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        look = super().look(features, head, target, every)
        return (
            look if torch.is_grad_enabled() else type(look)(look.logits, {k: m + 1 for k, m in look.maps.items()}, look.every, look.ranges)
        )


class Coarse(Cam):
    """Its maps come out in the precision of the features."""

    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        look = super().look(features, head, target, every)
        maps = {name: found.to(features.last.dtype) for name, found in look.maps.items()}
        return type(look)(look.logits, maps, look.every, look.ranges)


class Restless(Cam):
    """It learns something that is no parameter."""

    looks = 0

    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        look, self.looks = super().look(features, head, target, every), self.looks + 1
        return type(look)(look.logits, {name: found * self.looks for name, found in look.maps.items()}, look.every, look.ranges)


class Lasting(Cam):
    """A look without gradients leaves weights that cannot be learned."""

    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        head.requires_grad_(torch.is_grad_enabled())
        return super().look(features, head, target, every)


class Still(Cam):
    """It says that no weights are reached, though all are."""

    reaches = ()


class Forgetful(Cam):
    """It explains the first class, whatever is asked."""

    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        return super().look(features, head, None if target is None else torch.zeros_like(target), every)


class Careless(Cam):
    """It leaves a hook behind."""

    def look(self, features: Any, head: Any, target: Any, every: bool) -> Any:
        head.register_forward_hook(lambda *_: None)
        return super().look(features, head, target, every)


BREAKERS: list[tuple[Any, Callable[[Any], None]]] = [
    (Nameless, source.says_what_it_is_and_its_options_are_keywords),
    (Cut, source.look_answers_as_forward_and_fills_what_it_promises),
    (Renamed, source.look_answers_as_forward_and_fills_what_it_promises),
    (Forgetful, source.the_class_explained_is_the_one_asked_for),
    (Still, source.a_loss_on_a_map_reaches_the_weights_that_the_source_names),
    (Mixed, source.batch_equals_one_by_one_without_gradients),
    (Careless, source.explaining_leaves_no_trace),
    (Hasty, source.modes_differ_in_speed_only),
    (Careless, source.exceptions_pass_through),
    (Coarse, source.half_precision_maps_come_in_full_precision),
    (Restless, source.saved_and_loaded_it_looks_the_same),
    (Lasting, source.training_goes_on_after_a_look_without_gradients),
]


@pytest.mark.parametrize(("kind", "check"), BREAKERS)
def test_a_source_that_breaks_a_clause_is_refused_by_it_and_an_honest_source_is_not(kind: Any, check: Callable[[Any], None]) -> None:
    carry_out([check], Case(Cam), "Cam")
    with pytest.raises(AssertionError):
        carry_out([check], Case(kind), kind.__name__)


def test_every_clause_is_broken_once() -> None:
    assert {check for _, check in BREAKERS} == set(source.CHECKS)


def test_what_a_source_does_not_keep_is_told() -> None:
    with pytest.raises(AssertionError, match="Cut default on test_resnet: look_answers"):
        testing.check_attention_source(Cut)


def test_cases_are_the_choices_of_the_options_a_deeper_head_and_an_earlier_layer_where_the_source_takes_these() -> None:
    def named(kind: Any) -> list[str]:
        return [str(case) for case in source.cases(kind, NETWORKS["test_resnet"])]

    assert named(GradCam)[0] == named(Gates)[0] == "default"
    assert "hidden" not in named(Cam), "it needs a head of one layer"
    assert {"hidden", "early"} <= set(named(GradCam))


def test_a_case_has_seen_images_and_is_in_evaluation_mode() -> None:
    found = Case(Gates).classifier()
    assert not any(module.training for module in found.modules())
    assert all(norm.running_mean.any() for norm in found.source.modules() if isinstance(norm, torch.nn.BatchNorm2d))
