"""What every behaviour loss of the catalogue keeps to, ours and third parties'."""

from __future__ import annotations

import copy
import inspect
from dataclasses import replace
from typing import Any

import pytest
import torch

from sightline import catalog
from sightline.attention.classifier import GuidedClassifier, build
from sightline.audit.gradient_path import audit
from sightline.config import Losses, Plugin
from sightline.errors import UserError
from sightline.losses.behaviour import BehaviourLoss
from sightline.losses.objective import Objective
from sightline.recipe import recipe_from
from sightline.types import Batch

NAMES = sorted(catalog.places("behaviour"))
EVERY_IMAGE = {"mining"}  # counts images without annotation, too
VARIANTS: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in NAMES]
VARIANTS += [("mining", {"mode": "per_class"}), ("rrr", {"norm": "l1"}), ("rrr", {"region": "avoid"})]
VARIANTS += [("rrr_smooth", {"kind": "max"}), ("necessity", {"expected": "prior"}), ("invariance", {"outside": "noise"})]
VARIANTS += [("sufficiency", {"fill": "blur"})]
SIZE = 32

every_loss = pytest.mark.parametrize("name", NAMES)
every_variant = pytest.mark.parametrize(("name", "options"), VARIANTS)


def classifier(source: str = "cam") -> GuidedClassifier:
    tree = {
        "name": "small",
        "data": {"image_size": SIZE},
        "backbone": {"name": "test_resnet", "weights": "none", "stride": 8},  # 4 x 4 maps: one cell over its maximum is constant
        "attention": {"name": source},
    }
    torch.manual_seed(2)
    return build(recipe_from(tree, "test"), 2).train()


def objective(name: str, **options: Any) -> Objective:
    return Objective(Losses.model_validate({"behaviour": [{"name": name, **options}]}), Plugin(name="fixed"))


def batch(known: list[bool]) -> Batch:
    n = len(known)
    roi = torch.zeros(n, 1, SIZE, SIZE)
    roi[:, :, : SIZE // 2, : SIZE // 2] = 1
    seen = torch.tensor(known)
    images = torch.rand(n, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    return Batch(images, torch.arange(n) % 2, roi, seen, 1 - roi, seen.clone(), torch.arange(n), [str(i) for i in range(n)])


def value(model: GuidedClassifier, name: str, some: Batch, **options: Any) -> torch.Tensor:
    torch.manual_seed(1)
    return objective(name, **options).measure(model, some, 0.0)[1][name]


@every_loss
def test_is_a_behaviour_loss_whose_options_are_keywords(name):
    loss = catalog.find("behaviour", name)
    assert issubclass(loss, BehaviourLoss)
    assert all(p.kind in (p.KEYWORD_ONLY, p.VAR_KEYWORD) for p in inspect.signature(loss).parameters.values())
    with pytest.raises(UserError, match="unknown setting"):
        catalog.make("behaviour", name, {"no_such_option": 1})


@every_variant
@pytest.mark.parametrize("source", ["cam", "segment"])
def test_it_moves_backbone_and_head_along_its_true_slope(name, options, source):
    """Pitfall 8, measured."""
    (report,) = audit(classifier(source), objective(name, **options), batch([True] * 4), finite_difference=True)
    assert report.ok, report.reason
    assert report.reached["backbone"] > 0
    assert report.reached["head"] > 0


@every_variant
def test_it_leaves_batch_norm_gradients_and_images_alone(name, options):
    """Pitfalls 13 and 15. The one look at the batch is all that batch-norm learns from."""
    model, some = classifier(), batch([True] * 4)
    other, images = copy.deepcopy(model), some.images.clone()
    value(model, name, some, **options)
    other(some.images)
    assert all(torch.equal(v, other.state_dict()[k]) for k, v in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert torch.equal(some.images, images)
    assert not some.images.requires_grad
    assert all(m.training for m in model.modules())


@every_variant
def test_same_seed_same_value(name, options):
    some = batch([True] * 4)
    assert value(classifier(), name, some, **options) == value(classifier(), name, some, **options) > 0


@every_variant
def test_annotations_of_unknown_images_are_never_read(name, options):
    some = batch([True, False, True, False, True])
    other = replace(some, roi=some.roi.clone(), avoid=some.avoid.clone())
    other.roi[~some.known], other.avoid[~some.known] = 0.7, float("nan")
    found = [value(classifier(), name, b, **options) for b in (some, other)]
    assert found[0] == found[1] > 0


@every_variant
def test_without_annotations_it_says_so_and_is_a_zero_on_the_graph(name, options):
    if name in EVERY_IMAGE:
        return
    model, some = classifier(), batch([False] * 3)
    found = value(model, name, some, **options)
    found.backward()
    assert found == 0
    assert not any(p.grad.any() for p in model.parameters() if p.grad is not None)
    assert catalog.make("behaviour", name, options).missing(some)
    assert catalog.make("behaviour", name, options).missing(batch([True] * 2)) is None


@every_variant
def test_half_precision_is_judged_in_full(name, options):
    model, some = classifier(), batch([True] * 4)
    full = value(model, name, some, **options)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = value(classifier(), name, some, **options)
    half.backward()
    assert half.dtype == torch.float32
    assert half.item() == pytest.approx(full.item(), rel=0.2, abs=0.02)
