"""An attention source that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sightline import testing
from sightline.attention.cam import Cam
from sightline.attention.gates import Gates
from sightline.attention.gradcam import GradCam
from sightline.testing import source
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


@pytest.mark.parametrize(("source", "clause"), [(Cut, "look_answers"), (Renamed, "look_answers"), (Mixed, "look_answers|one_by_one")])
def test_an_attention_source_that_breaks_a_clause(source: Any, clause: str) -> None:
    with pytest.raises(AssertionError, match=rf"{source.__name__} default on test_resnet: ({clause})"):
        testing.check_attention_source(source)


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


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Still, source.a_loss_on_a_map_reaches_the_weights_that_the_source_names),
        (Forgetful, source.the_class_explained_is_the_one_asked_for),
        (Careless, source.explaining_leaves_no_trace),
        (Careless, source.exceptions_pass_through),
    ],
)
def test_the_clause_that_it_breaks_fails_and_holds_of_an_honest_source(kind: Any, check: Any) -> None:
    check(Case(Cam))
    with pytest.raises(AssertionError):
        check(Case(kind))


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
