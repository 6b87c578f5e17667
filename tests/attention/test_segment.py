"""A classifier that is a rule over its segmentation."""

from __future__ import annotations

import math

import pytest
import torch

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.segment import pixel_probabilities, summarise
from sightline.errors import UserError
from sightline.recipe import recipe_from


def classifier(summary: str = "mean", **head) -> GuidedClassifier:
    tree = {
        "name": "small",
        "data": {"image_size": 64},
        "backbone": {"name": "test_resnet", "weights": "none"},
        "head": head,
        "attention": {"name": "segment", "summary": summary},
    }
    torch.manual_seed(0)
    return build(recipe_from(tree, "test"), 3).eval()


def evidence() -> torch.Tensor:
    return torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))


def test_each_pixel_is_one_of_the_classes_or_background():
    odds = evidence().exp()
    expected = odds / (1 + odds.sum(1, keepdim=True))
    torch.testing.assert_close(pixel_probabilities(evidence()), expected)


def test_the_mean_rule_gives_each_class_its_share_of_what_is_not_background():
    areas = pixel_probabilities(evidence()).mean((2, 3))
    torch.testing.assert_close(summarise(evidence()).softmax(1), areas / areas.sum(1, keepdim=True))
    # three pixels surely of class 0, one surely of class 1, the rest surely background
    sure = torch.full((1, 3, 3, 3), -30.0)
    sure[0, 0, 0], sure[0, 1, 1, 1] = 30.0, 30.0
    assert summarise(sure).softmax(1)[0].tolist() == pytest.approx([0.75, 0.25, 0], abs=1e-4)


def test_the_other_rules_by_hand():
    found = evidence()
    assert torch.equal(summarise(found, "max"), found.flatten(2).max(2).values)
    for b in range(2):
        for c in range(3):
            by_hand = math.log(sum(math.exp(float(e)) for e in found[b, c].flatten()) / 20)
            assert summarise(found, "logsumexp")[b, c].item() == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("rule", ["mean", "max", "logsumexp"])
def test_a_picture_of_background_only_decides_nothing_and_stays_finite(rule):
    nothing = torch.full((1, 3, 4, 4), -200.0, requires_grad=True)
    logits = summarise(nothing, rule)
    logits.sum().backward()
    assert torch.isfinite(logits).all()
    assert torch.isfinite(nothing.grad).all()
    assert logits.softmax(1)[0].tolist() == pytest.approx([1 / 3] * 3)


def test_what_the_map_does_not_show_cannot_decide():
    """The logits follow from the maps alone."""
    model, images = classifier(), torch.rand(2, 3, 64, 64)
    look = model.look(images, every=True)
    torch.testing.assert_close(look.logits, look.every["segment"].mean((2, 3)).log())
    assert (look.every["segment"].sum(1) < 1).all()


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_the_head_classifies_every_pixel(hidden):
    model, images = classifier(hidden=hidden), torch.rand(2, 3, 64, 64)
    assert model.head.linear.weight.shape == (3, hidden[0] if hidden else 16)
    look = model.look(images, torch.tensor([0, 2]))
    assert look.maps["segment"].shape[2:] == (27, 27)  # three of four even steps from 2 to 64


def test_a_head_of_the_network_s_own_is_refused():
    with pytest.raises(UserError, match="classifies every pixel"):
        classifier(kind="own")
