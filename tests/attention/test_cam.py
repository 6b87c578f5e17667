from __future__ import annotations

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from sightline.attention.cam import Cam, class_activation, weighted_sum
from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.features import Features
from sightline.attention.head import GapLinear
from sightline.errors import UserError
from sightline.recipe import Recipe


def recipe(**sections: object) -> Recipe:
    return Recipe.model_validate({"name": "t", "data": {"image_size": 64}, "backbone": {"name": "test_resnet"}} | sections)


@pytest.fixture
def classifier() -> GuidedClassifier:
    return build(recipe(attention={"name": "cam"}), 3).eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(4, 3, 64, 64)


def test_formula_is_a_loop_over_channels() -> None:
    features, weights = torch.randn(2, 5, 3, 4), torch.randn(3, 5)
    expected = torch.stack([sum(weights[c, k] * features[:, k] for k in range(5)) for c in range(3)], 1)
    torch.testing.assert_close(class_activation(features, weights), expected)
    torch.testing.assert_close(weighted_sum(features, weights[[2, 0]]), torch.stack([expected[0, 2], expected[1, 0]])[:, None])


def test_logits_are_the_mean_of_the_map_plus_bias(classifier: GuidedClassifier, images: torch.Tensor) -> None:
    """004-01: the layer is mathematically identical to GAP and linear."""
    look = classifier.look(images, every=True)
    linear = classifier.head.linear
    torch.testing.assert_close(look.every["cam"].mean((2, 3)) + linear.bias, look.logits)
    torch.testing.assert_close(linear(classifier.backbone(images).last.mean((2, 3))), look.logits)


def test_004_01_a_recipe_may_take_the_mean_over_channels(images: torch.Tensor) -> None:
    summed, mean = (build(recipe(head={"average_channels": wanted}), 3).eval() for wanted in (False, True))
    mean.load_state_dict(summed.state_dict())
    one, other = (network.look(images, every=True) for network in (summed, mean))
    channels = summed.head.linear.in_features
    torch.testing.assert_close(other.every["cam"], one.every["cam"] / channels)
    bias = summed.head.linear.bias
    torch.testing.assert_close(other.logits - bias, (one.logits - bias) / channels)


def test_layer_adds_no_parameters(classifier: GuidedClassifier) -> None:
    plain = build(recipe(attention={"name": "none"}), 3)
    assert sum(p.numel() for p in classifier.parameters()) == sum(p.numel() for p in plain.parameters())


def test_map_is_raw_signed_and_without_bias(classifier: GuidedClassifier, images: torch.Tensor) -> None:
    before = classifier.look(images, torch.zeros(4, dtype=torch.long)).maps["cam"]
    torch.nn.init.constant_(classifier.head.linear.bias, 100)
    assert torch.equal(classifier.look(images, torch.zeros(4, dtype=torch.long)).maps["cam"], before)
    assert before.min() < 0 < before.max()


def test_only_the_explained_class_is_supervised(classifier: GuidedClassifier, images: torch.Tensor) -> None:
    """004-05, pitfall 1: a loss on the map moves the labelled class's weights and no other's."""
    classifier.look(images, torch.full((4,), 2)).maps["cam"].square().sum().backward()
    moved = classifier.head.linear.weight.grad.abs().sum(1)
    assert moved[2] > 0
    assert moved[:2].eq(0).all()


@pytest.mark.parametrize("every", [False, True])
def test_no_product_of_all_classes_and_channels_is_made(every: bool) -> None:
    """Pitfall 19: (B, C, K, h, w) costs eight times a 1x1 convolution."""
    largest = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            nonlocal largest
            result = function(*args, **(kwargs or {}))
            largest = max(largest, result.numel() if isinstance(result, torch.Tensor) else 0)
            return result

    head, features = GapLinear(32, 7), torch.rand(2, 32, 4, 4)
    source = Cam(type("Net", (), {"channels": 32})())
    with Watch():
        source.look(Features(features, features, (8, 8)), head, torch.tensor([0, 1]), every)
    assert 0 < largest <= features.numel()


@pytest.mark.parametrize("head", [{"hidden": [8]}, {"kind": "own"}])
def test_other_heads_are_refused(head: dict[str, object]) -> None:
    with pytest.raises(UserError, match="attention cam: needs GAP and one linear layer"):
        build(recipe(attention={"name": "cam"}, head=head), 3)
