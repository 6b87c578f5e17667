"""What every behaviour loss owes, on a small classifier whose maps are four by four."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier, build
from sightline.config import Losses, Plugin
from sightline.losses.behaviour import BehaviourLoss
from sightline.losses.check.gradient_path import follow_gradients
from sightline.losses.objective import Objective
from sightline.recipe import recipe_from
from sightline.testing.contract import carry_out, check_options, check_words, variants
from sightline.types import Batch

SIZE = 32


@dataclass(frozen=True)
class Case:
    """A behaviour loss and the options that it is made with."""

    kind: type[BehaviourLoss]
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> BehaviourLoss:
        return self.kind(**self.options)

    def objective(self) -> Objective:
        """The loss beside cross-entropy."""
        made = Objective(Losses.model_validate({"behaviour": [{"name": "pixel_class"}]}), Plugin(name="fixed"))
        made.behaviour[0] = self.make()
        return made

    def value(self, model: GuidedClassifier, some: Batch) -> Tensor:
        """Of a batch, always from the same random state."""
        torch.manual_seed(1)
        return self.objective().measure(model, some, 0.0)[1]["pixel_class"]


def check_behaviour_loss(loss: type[BehaviourLoss]) -> None:
    """Holds a behaviour loss to the contract, with each named choice of its options. AssertionError: what it does not keep."""
    for options in variants(loss):
        carry_out(CHECKS, Case(loss, options), f"{loss.__name__} {options or ''}".strip())


def classifier(source: str = "cam") -> GuidedClassifier:
    """In training mode. Its batch norm has seen images: before, a second pass with frozen statistics is far from any that is trained."""
    return copy.deepcopy(_classifier(source))


@cache
def _classifier(source: str) -> GuidedClassifier:
    tree = {
        "name": "small",
        "data": {"image_size": SIZE},
        "backbone": {"name": "test_resnet", "weights": "none", "stride": 8},  # 4 x 4 maps: one cell over its maximum is constant
        "attention": {"name": source},
    }
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(2)
        found = build(recipe_from(tree, "test"), 2).train()
        for _ in range(20):
            found(batch([True] * 4).images)
    return found


def batch(known: list[bool]) -> Batch:
    """Images of noise; the region is their upper left quarter, and all the rest is to be avoided."""
    n = len(known)
    roi = torch.zeros(n, 1, SIZE, SIZE)
    roi[:, :, : SIZE // 2, : SIZE // 2] = 1
    seen = torch.tensor(known)
    images = torch.rand(n, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    return Batch(images, torch.arange(n) % 2, roi, seen, 1 - roi, seen.clone(), torch.arange(n), [str(i) for i in range(n)])


def says_what_it_is_and_its_options_are_keywords(case: Case) -> None:
    """It has words, what it shows the classifier is said in `shown`, and its options are keyword-only."""
    assert issubclass(case.kind, BehaviourLoss)
    check_words(case.kind)
    assert case.kind.shown
    check_options(case.kind)


def moves_backbone_and_head_along_its_true_slope(case: Case) -> None:
    """A step against its gradient lowers it by what finite differences say; where it cannot, `gradient_free` says why."""
    if case.make().gradient_free:
        return
    for source in ("cam", "segment"):
        (report,) = follow_gradients(classifier(source), case.objective(), batch([True] * 4), finite_difference=True)
        assert report.ok, report.reason
        assert report.reached["backbone"] > 0
        assert report.reached["head"] > 0


def leaves_batch_norm_gradients_and_images_alone(case: Case) -> None:
    """The one look at the unchanged batch is all that batch norm learns from; see `batchnorm.second_pass`."""
    model, some = classifier(), batch([True] * 4)
    other, images = copy.deepcopy(model), some.images.clone()
    case.value(model, some)
    other(some.images)
    assert all(torch.equal(value, other.state_dict()[key]) for key, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert torch.equal(some.images, images)
    assert not some.images.requires_grad
    assert all(m.training for m in model.modules())


def same_seed_same_value(case: Case) -> None:
    """What it draws at random comes from PyTorch's generator."""
    some = batch([True] * 4)
    assert case.value(classifier(), some) == case.value(classifier(), some) > 0


def annotations_of_unknown_images_are_never_read(case: Case) -> None:
    """The regions of images without annotation may hold anything."""
    some = batch([True, False, True, False, True])
    other = replace(some, roi=some.roi.clone(), avoid=some.avoid.clone())
    other.roi[~some.known], other.avoid[~some.known] = 0.7, float("nan")
    assert case.value(classifier(), some) == case.value(classifier(), other) > 0


def without_annotations_it_says_so_and_is_a_zero_on_the_graph(case: Case) -> None:
    """`missing` names what the batch lacks; the loss is then 0, moves nothing, and `backward` works."""
    model, some = classifier(), batch([False] * 3)
    assert case.make().missing(batch([True] * 2)) is None
    if case.make().missing(some) is None:  # it judges images without annotation, too
        return
    found = case.value(model, some)
    found.backward()
    assert found == 0
    assert not any(p.grad.any() for p in model.parameters() if p.grad is not None)


def half_precision_is_judged_in_full(case: Case) -> None:
    """Under autocast it gives float32, near the value in full precision."""
    some = batch([True] * 4)
    full = case.value(classifier(), some)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = case.value(classifier(), some)
    half.backward()
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, full, rtol=0.2, atol=0.02)


CHECKS = (
    says_what_it_is_and_its_options_are_keywords,
    moves_backbone_and_head_along_its_true_slope,
    leaves_batch_norm_gradients_and_images_alone,
    same_seed_same_value,
    annotations_of_unknown_images_are_never_read,
    without_annotations_it_says_so_and_is_a_zero_on_the_graph,
    half_precision_is_judged_in_full,
)
