from __future__ import annotations

import warnings
from functools import partial

import pytest
import torch
from captum.attr import LayerGradCam
from torch import nn

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.gradcam import grad_cam
from sightline.attention.gradient_source import GradientSource
from sightline.errors import UserError
from sightline.recipe import Recipe

LAYERS = ["stride:8", "layer3.0.conv2", "layer3", "last"]


def classifier(head: dict[str, object] | None = None, backbone: str = "test_resnet", **options: object) -> GuidedClassifier:
    sections = {"backbone": {"name": backbone}, "head": head or {}, "attention": {"name": "gradcam", **options}}
    return build(Recipe.model_validate({"name": "t", "data": {"image_size": 64}} | sections), 3).eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(4, 3, 64, 64)


TARGET = torch.tensor([2, 0, 1, 2])


def layer_of(found: GuidedClassifier, layer: str) -> nn.Module:
    return found.backbone.net.get_submodule(found.backbone.resolve("layer4" if layer == "last" else layer))


def test_formula_by_hand() -> None:
    features = torch.randn(2, 3, 4, 5, requires_grad=True)
    scores = (features**3).sum((1, 2, 3))
    weights = (3 * features**2).mean((2, 3), keepdim=True)
    torch.testing.assert_close(grad_cam(features, scores), (weights * features).sum(1, keepdim=True))


@pytest.mark.parametrize("head", [{}, {"hidden": [8]}])
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("enabled", [True, False])
def test_captum_agrees(layer: str, head: dict[str, object], enabled: bool, images: torch.Tensor) -> None:
    found = classifier(head, layer=layer)
    expected = LayerGradCam(found, layer_of(found, layer)).attribute(images, TARGET, relu_attributions=False)
    with torch.set_grad_enabled(enabled):
        torch.testing.assert_close(found.look(images, TARGET).maps["gradcam"], expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("layer", LAYERS)
def test_pytorch_grad_cam_agrees(layer: str, images: torch.Tensor) -> None:
    """It rectifies and stretches its maps: compared after the same is done to ours."""
    peer = pytest.importorskip("pytorch_grad_cam", reason="needs libGL through OpenCV", exc_type=ImportError)
    targets = [peer.utils.model_targets.ClassifierOutputTarget(int(c)) for c in TARGET]
    found = classifier(layer=layer)
    with warnings.catch_warnings(), peer.GradCAM(found, [layer_of(found, layer)]) as cam:
        warnings.simplefilter("ignore")
        # the maps before they are resized and merged
        expected = torch.from_numpy(cam.get_cam_image(images, layer_of(found, layer), targets, *_recorded(cam, images, targets), False))
    torch.testing.assert_close(found.look(images, TARGET).maps["gradcam"][:, 0].detach(), expected.float(), rtol=1e-3, atol=1e-6)


def _recorded(cam: object, images: torch.Tensor, targets: list[object]) -> tuple[object, object]:
    cam(images, targets)
    return cam.activations_and_grads.activations[0].numpy(), cam.activations_and_grads.gradients[0].numpy()


@pytest.mark.parametrize("order", ["first", "second"])
def test_known_gradient_of_a_gap_head_equals_the_computed_one(order: str, images: torch.Tensor) -> None:
    """Values of one class and of all, and what a loss on them does to every weight."""
    found = classifier(order=order)
    looks, gradients = [], []
    for look in (found.source.look, partial(GradientSource.look, found.source)):
        found.zero_grad()
        looks.append(look(found.backbone(images, cut=True), found.head, TARGET, True))
        (looks[-1].maps["gradcam"].square().sum() * 1e4).backward()
        gradients.append([torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in found.parameters()])
    torch.testing.assert_close(looks[0].every["gradcam"], looks[1].every["gradcam"])
    torch.testing.assert_close(looks[0].maps["gradcam"], looks[1].maps["gradcam"])
    for known, computed in zip(*gradients, strict=True):
        torch.testing.assert_close(known, computed, rtol=1e-3, atol=1e-4)
    assert gradients[0][0].abs().sum() > 0


def test_dropout_is_part_of_the_gradient_while_training(images: torch.Tensor) -> None:
    found = classifier({"dropout": 0.5})
    found.head.train()
    assert (found.look(images, TARGET).maps["gradcam"] - found.look(images, TARGET).maps["gradcam"]).abs().max() > 0


def test_second_order_moves_the_head_and_first_does_not(images: torch.Tensor) -> None:
    """Pitfall 8: what is detached is only what `first` says."""
    for order, moved in (("second", True), ("first", False)):
        found = classifier({"hidden": [8]}, order=order)
        found.look(images, TARGET).maps["gradcam"].sum().backward()
        assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in found.head.parameters()) is moved
        assert found.backbone.net.conv1[0].weight.grad.abs().sum() > 0


def test_gradient_of_a_loss_on_the_map_is_right() -> None:
    """Finite differences through the second-order map."""
    features, weight = torch.randn(1, 2, 3, 3, dtype=torch.double), torch.randn(2, 2, dtype=torch.double)

    def loss(f: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return grad_cam(f, torch.tanh(f.mean((2, 3)) @ w).sum(1)).square().sum()

    assert torch.autograd.gradcheck(loss, (features.requires_grad_(), weight.requires_grad_()))


def test_small_gradients_survive_half_precision() -> None:
    """A score's gradient is weight / positions, 1e-8 here: nothing in float16."""
    features = torch.rand(1, 4, 28, 28, dtype=torch.half).requires_grad_()
    weight = torch.full((4,), 1e-5)
    found = grad_cam(features, features.mean((2, 3)) @ weight.half(), second_order=False)
    expected = (weight[:, None, None] / 28**2 * features.float()).sum(1)
    assert (found[:, 0].float() > 0).all()
    torch.testing.assert_close(found[:, 0].float(), expected, rtol=0.3, atol=6e-8)


def test_frozen_backbone_can_be_explained_and_guided(images: torch.Tensor) -> None:
    found = classifier({"hidden": [8]})
    found.backbone.requires_grad_(False)
    found.look(images, TARGET).maps["gradcam"].square().sum().backward()
    assert found.head.hidden[0].weight.grad.abs().sum() > 0


def test_class_token_head_is_explained_at_the_last_block(images: torch.Tensor) -> None:
    """The patch tokens after it do not reach the scores at all: their map would be zero."""
    found = classifier({"kind": "own"}, "test_vit")
    assert found.source.layer == "blocks.5.norm1"
    assert found.look(images).maps["gradcam"].abs().sum() > 0


def test_gradient_does_not_run_through_the_backbone_without_training(images: torch.Tensor) -> None:
    found = classifier(layer="layer3")
    recorded = []
    found.backbone.net.layer2.register_forward_hook(lambda _m, _i, out: recorded.append(out.requires_grad))
    with torch.no_grad():
        found.look(images)
    assert recorded == [False]


def test_unknown_layer_is_refused_at_once() -> None:
    with pytest.raises(UserError, match=r'Did you mean "layer4"'):
        classifier(layer="layer44")
