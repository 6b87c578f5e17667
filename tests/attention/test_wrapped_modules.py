"""A module of the user's own, by the name of its layer: what it answers, and where it looks."""

from __future__ import annotations

import copy

import pytest
import torch
from own_networks import Small
from torch import nn
from torchvision.models import resnet18, vit_b_16

from sightline.attention.classifier import wrap
from sightline.errors import UserError


def test_wrapped_module_answers_as_before_and_is_left_as_it_was(images: torch.Tensor) -> None:
    net = Small().train()
    net.norm.eval()
    before = copy.deepcopy(net.state_dict())
    found = wrap(net, "act", image_size=64)
    assert found.classes == 3
    assert [m.training for m in (net, net.conv, net.norm)] == [True, True, False]
    assert torch.equal(found(images), net(images))
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_wrapped_module_can_have_images_normalised(images: torch.Tensor) -> None:
    net = Small().eval()
    found = wrap(net, "act", mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7), image_size=64)
    mean, std = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.5, 0.6, 0.7])
    torch.testing.assert_close(found(images), net((images - mean[:, None, None]) / std[:, None, None]))


@pytest.mark.parametrize("layer", ["conv", "act", "norm"])
def test_wrapped_cam_and_gradcam_tell_the_same_of_a_gap_head(layer: str, images: torch.Tensor) -> None:
    net, target = Small().eval(), torch.tensor([2, 1])
    gradcam = wrap(net, layer, image_size=64).look(images, target, every=True)
    if layer == "norm":
        cam = wrap(net, layer, source="cam", image_size=64).look(images, target, every=True)
        positions = cam.maps["cam"][0].numel()
        torch.testing.assert_close(cam.maps["cam"] / positions, gradcam.maps["gradcam"])
        torch.testing.assert_close(cam.every["cam"] / positions, gradcam.every["gradcam"])
    else:
        with pytest.raises(UserError, match=f"layer '{layer}': more than GAP and one linear layer follows it"):
            wrap(net, layer, source="cam", image_size=64)


def test_wrapped_cam_refuses_hidden_layers_behind_pooling() -> None:
    with pytest.raises(UserError, match="more than GAP and one linear layer"):
        wrap(Small(hidden=True), "norm", source="cam", image_size=64)


@pytest.mark.parametrize("source", ["gradcam", "cam", "decoder"])
def test_loss_on_a_wrapped_map_moves_the_module(source: str, images: torch.Tensor) -> None:
    net = Small()
    found = wrap(net, "norm", source=source, image_size=64)
    next(iter(found.look(images).maps.values())).square().sum().backward()
    assert net.conv.weight.grad.abs().sum() > 0


def test_torchvision_networks_can_be_wrapped() -> None:
    images = torch.rand(2, 3, 64, 64)
    found = wrap(resnet18(num_classes=3).eval(), "layer4", source="cam", image_size=64)
    assert found.look(images).maps["cam"].shape == (2, 1, 2, 2)
    vit = vit_b_16(num_classes=3, image_size=64)
    nn.init.normal_(vit.heads.head.weight)  # zero as it comes
    vit.encoder.layers = vit.encoder.layers[-2:]
    found = wrap(vit.eval(), "encoder.layers.encoder_layer_11.ln_1", image_size=64)
    look = found.look(images)
    assert look.maps["gradcam"].shape == (2, 1, 4, 4)
    look.maps["gradcam"].square().sum().backward()
    assert vit.conv_proj.weight.grad.abs().sum() > 0


def test_what_cannot_be_wrapped_is_refused() -> None:
    with pytest.raises(UserError, match="does not return logits"):
        wrap(nn.Sequential(nn.Conv2d(3, 4, 3)), "0", image_size=16)
    with pytest.raises(UserError, match='Did you mean "conv"'):
        wrap(Small(), "cnv", image_size=64)
    with pytest.raises(UserError, match="no layer to gate"):
        wrap(Small(), "act", source="gates", image_size=64)
    with pytest.raises(UserError, match="cannot be laid out as a map"):
        wrap(Small(), "fc", image_size=64)
