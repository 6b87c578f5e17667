"""A method in one function: channel weights made of features and gradient."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.gradient_source import GradientSource, gradient_map
from sightline.recipe import Recipe


class Evidence(GradientSource):
    """Weights that depend on features and gradient."""

    map_names = ("evidence",)

    def channel_weights(self, features: Tensor, gradient: Tensor) -> Tensor:
        return (features * gradient).sum((2, 3))


def classifier(**options: Any) -> GuidedClassifier:
    sections = {"backbone": {"name": "test_resnet"}, "head": {"hidden": [8]}, "attention": {"name": "none"}}
    found = build(Recipe.model_validate({"name": "t", "data": {"image_size": 64}} | sections), 3).eval()
    return GuidedClassifier(found.backbone, found.head, Evidence(found.backbone, **options))


def test_the_weights_get_the_gradient_times_the_positions_and_the_map_is_divided_by_them() -> None:
    features, direction = torch.rand(2, 3, 4, 5, requires_grad=True), torch.rand(2, 3, 4, 5)
    seen = []

    def weights(f: Tensor, g: Tensor) -> Tensor:
        seen.append(g)
        return g.mean((2, 3))

    found = gradient_map(features, (features * direction).sum((1, 2, 3)), weights)
    torch.testing.assert_close(seen[0], 20 * direction)
    torch.testing.assert_close(found, (direction.mean((2, 3), keepdim=True) * features).sum(1, keepdim=True))


@pytest.mark.parametrize("layer", ["last", "layer3"])
def test_a_source_of_one_method_has_maps_of_the_class_asked_for(layer: str) -> None:
    found, images, target = classifier(layer=layer), torch.rand(2, 3, 64, 64), torch.tensor([2, 0])
    look = found.look(images, target, every=True)
    assert tuple(look.maps) == ("evidence",)
    torch.testing.assert_close(look.maps["evidence"][:, 0], look.every["evidence"][torch.arange(2), target])
    torch.testing.assert_close(found.look(images, target).maps["evidence"], look.maps["evidence"])


def test_in_first_order_the_weights_are_constants() -> None:
    """Also where they depend on the features."""
    features, direction = torch.rand(1, 2, 3, 3, requires_grad=True), torch.rand(1, 2, 3, 3)

    def weights(f: Tensor, g: Tensor) -> Tensor:
        return (f * g).mean((2, 3))

    found = gradient_map(features, (features * direction).sum((1, 2, 3)), weights, second_order=False)
    expected = (features.detach() * direction).mean((2, 3), keepdim=True).expand_as(features)
    torch.testing.assert_close(torch.autograd.grad(found.sum(), features)[0], expected)
