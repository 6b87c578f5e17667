from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.gradcam_pp import positive_evidence
from sightline.attention.gradient_source import gradient_map
from sightline.recipe import Recipe

TARGET = torch.tensor([2, 0, 1, 2])


def classifier(**options: object) -> GuidedClassifier:
    sections = {"backbone": {"name": "test_resnet"}, "attention": {"name": "gradcam++", **options}}
    found = build(Recipe.model_validate({"name": "t", "data": {"image_size": 64}} | sections), 3).eval()
    found.head.linear.weight.data.mul_(100)  # gradients far above what the oracles add to their denominators
    return found


@pytest.fixture
def images() -> Tensor:
    return torch.rand(4, 3, 64, 64)


def test_formula_is_the_paper_s_position_by_position() -> None:
    features, gradient = torch.rand(2, 3, 4, 5), torch.randn(2, 3, 4, 5)
    expected = torch.zeros(2, 3)
    for image, channel in torch.cartesian_prod(torch.arange(2), torch.arange(3)):
        f, g = features[image, channel], gradient[image, channel]
        alpha = g**2 / (2 * g**2 + f.sum() * g**3)
        expected[image, channel] = (alpha * torch.relu(g)).sum()
    torch.testing.assert_close(positive_evidence(features, 20 * gradient) / 20, expected)


def test_several_places_count_more_than_one() -> None:
    """Where Grad-CAM takes the mean of the gradient, a second place of the same feature adds to the weight here."""
    features, one = torch.ones(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)
    one[..., 0, 0] = 1
    two = one.clone()
    two[..., 3, 3] = 1
    assert positive_evidence(features, two) == pytest.approx(2 * positive_evidence(features, one).item())
    assert positive_evidence(features, -two) == 0


def test_features_that_are_not_rectified_give_no_pole() -> None:
    features, gradient = torch.full((1, 1, 2, 2), -1.0), torch.full((1, 1, 2, 2), 2.0, requires_grad=True)
    weights = positive_evidence(features, gradient)
    weights.sum().backward()
    assert weights == 4
    assert torch.isfinite(gradient.grad).all()


@pytest.mark.parametrize("layer", ["layer3", "last"])
def test_pytorch_grad_cam_agrees(layer: str, images: Tensor) -> None:
    """torchcam is no oracle here: it divides by alpha's denominator in a copy, which it then drops."""
    peer = pytest.importorskip("pytorch_grad_cam", reason="needs libGL through OpenCV", exc_type=ImportError)
    targets = [peer.utils.model_targets.ClassifierOutputTarget(int(c)) for c in TARGET]
    found = classifier(layer=layer)
    tapped = found.backbone.net.get_submodule("layer4" if layer == "last" else layer)
    with peer.GradCAMPlusPlus(found, [tapped]) as cam:
        cam(images, targets)
        recorded = cam.activations_and_grads
        expected = cam.get_cam_image(images, tapped, targets, recorded.activations[0].numpy(), recorded.gradients[0].numpy(), False)
    ours = found.look(images, TARGET).maps["gradcam++"][:, 0].detach()
    torch.testing.assert_close(ours, torch.from_numpy(expected).float(), rtol=1e-2, atol=1e-3 * float(ours.abs().max()))


def test_gradient_of_a_loss_on_the_map_is_right() -> None:
    features, weight = torch.rand(1, 2, 3, 3, dtype=torch.double), torch.randn(2, 2, dtype=torch.double)

    def loss(f: Tensor, w: Tensor) -> Tensor:
        return gradient_map(f, torch.tanh(f.mean((2, 3)) @ w).sum(1), positive_evidence).square().sum()

    assert torch.autograd.gradcheck(loss, (features.requires_grad_(), weight.requires_grad_()))
