"""A plug-in that breaks one clause of its contract is refused by the check of that clause; and a check leaves the random state alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sightline import testing
from sightline.attention.cam import Cam
from sightline.attention.cnn4 import Cnn4
from sightline.explain.figure.kind import kind
from sightline.losses.cross_entropy import CrossEntropy
from sightline.losses.l2 import L2
from sightline.losses.sufficiency import Sufficiency
from sightline.losses.weighting import Fixed
from sightline.testing.contract import refusal, variants
from sightline.types import Record

WHERE = "nowhere"


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


class Loud(Sufficiency):
    def forward(self, classifier: nn.Module, look: Any, batch: Any) -> Tensor:
        classifier(batch.images)  # a second pass that batch norm learns from
        return super().forward(classifier, look, batch)


class Half(CrossEntropy):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels) + len(labels)


class Wrong(Fixed):
    def forward(self, losses: dict[str, Tensor], epoch: float) -> tuple[Tensor, dict[str, float]]:
        total, weights = super().forward(losses, epoch)
        return 2 * total, weights


class Shallow(Cnn4):
    def __init__(self, image_size: int = 224) -> None:
        super().__init__(image_size)
        self.feature_info[0]["reduction"] = 4


@kind("none", takes="nothing")
def figure(runs: Any, options: Any) -> Any:
    """Shows something."""


def read(root: Any = None, *, copies: int = 2) -> list[Record]:
    return [Record("same", torch.zeros(1), "label")] * copies  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "plugin", "clause"),
    [
        (testing.check_behaviour_loss, Loud, "leaves_batch_norm"),
        (testing.check_classification_loss, Half, "is_the_mean"),
        (testing.check_weighting, Wrong, "slopes"),
        (testing.check_backbone, Shallow, "stages_are_as_listed"),
        (testing.check_figure, figure, "takes_options"),
        (testing.check_reader, read, "records_are_whole"),
    ],
)
def test_a_plugin_of_another_room_that_breaks_a_clause(check: Any, plugin: Any, clause: str) -> None:
    with pytest.raises(AssertionError, match=clause):
        check(plugin)


def test_what_keeps_its_contract_passes_and_the_random_state_stays() -> None:
    before = torch.get_rng_state()
    testing.check_guidance_loss(L2)
    testing.check_weighting(Fixed)
    assert torch.equal(torch.get_rng_state(), before)


def test_variants_are_the_named_choices_of_the_options() -> None:
    assert variants(L2)[0] == {}
    assert {"squash": "relu"} in variants(L2)
    assert {"over": "known"} not in variants(L2)  # the default
    assert variants(Sufficiency) == [{}, {"fill": "blur"}, {"fill": "noise"}, {"bn": "frozen"}]


def test_what_is_not_refused_is_said() -> None:
    with pytest.raises(AssertionError, match="nothing is refused"):
        refusal(lambda: None)
