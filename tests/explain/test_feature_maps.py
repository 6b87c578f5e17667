"""Which layers there are, and what their filters answer (002-10, 002-11)."""

from __future__ import annotations

import copy

import pytest
import timm
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor

from sightline.attention.backbone import Backbone
from sightline.attention.classifier import wrap
from sightline.config import Backbone as Settings
from sightline.errors import UserError
from sightline.explain.feature_maps import feature_maps, layers_of, pick

SIZE = 64


def backbone(name: str) -> Backbone:
    return Backbone(Settings(name=name), image_size=SIZE).eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(2, 3, SIZE, SIZE)


def test_the_papers_convolutions_are_numbered_0_to_7(images: torch.Tensor) -> None:
    layers = layers_of(backbone("cnn4"), images)
    assert [layer.number for layer in layers] == list(range(8))
    assert [layer.name for layer in layers] == [f"blocks.{i}.conv{j}" for i in range(4) for j in (0, 1)]
    assert [layer.filters for layer in layers] == [8, 8, 16, 16, 32, 32, 64, 64]


def test_maps_are_those_after_the_relu_and_before_the_maximum(images: torch.Tensor) -> None:
    found = backbone("cnn4")
    maps = feature_maps(found, images, layers_of(found, images))
    x = images
    for i, block in enumerate(found.net.blocks):
        x = torch.relu(block.conv0(x))
        torch.testing.assert_close(maps[f"blocks.{i}.conv0"], x)
        x = torch.relu(block.conv1(x))
        torch.testing.assert_close(maps[f"blocks.{i}.conv1"], x)
        x = nn.functional.max_pool2d(x, 2)


def test_maps_of_a_residual_network_are_what_the_next_layer_sees(images: torch.Tensor) -> None:
    found = backbone("resnet18")
    layers = layers_of(found, images)
    assert len(layers) == 20
    ends = ["act1", "layer1.0.act1", "layer1.0.act2", "layer4.0.downsample.1", "layer4.1.act2"]
    expected = create_feature_extractor(found.net, ends)((images - found.mean) / found.std)
    by_end = {layer.end: layer.name for layer in layers}
    maps = feature_maps(found, images, layers)
    for end in ends:
        torch.testing.assert_close(maps[by_end[end]], expected[end])


def test_the_last_layer_is_the_one_that_the_head_reads(images: torch.Tensor) -> None:
    """And not the shortcut, which runs after the last convolution but is added before its activation."""
    for name in ("test_resnet", "resnet18", "test_vit", "test_efficientnet"):
        found = backbone(name)
        layers = layers_of(found, images)
        with torch.no_grad():
            last = found(images).last
        maps = feature_maps(found, images, layers)[layers[-1].name]
        assert maps.shape == last.shape
        assert name == "test_vit" or torch.equal(maps, last), "a transformer is normed once more"


def test_what_is_read_twice_ends_before_it_parts() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.norm, self.left, self.right = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3)
            self.end = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.first(x)
            return self.end(self.left(self.norm(x)) + self.right(x))

    found = wrap(Two(), "first", image_size=16, source="none").backbone
    ends = {layer.name: layer.end for layer in layers_of(found, torch.rand(1, 3, 16, 16))}
    assert ends == {"first": "first", "left": "left", "right": "right"}


def test_a_branch_ends_what_is_followed(images: torch.Tensor) -> None:
    """The stem of ConvNeXt is normed and then read by a convolution and by a shortcut; its maps end before both."""
    layers = {layer.name: layer for layer in layers_of(backbone("convnext_atto"), images)}
    assert layers["stem.0"].end == "stem.1"


@pytest.mark.parametrize("name", ["test_vit", "test_efficientnet", "mambaout_femto", "vgg11"])
def test_any_architecture_has_layers_whose_maps_have_their_filters(name: str, images: torch.Tensor) -> None:
    found = backbone(name)
    layers = layers_of(found, images)
    maps = feature_maps(found, images, layers)
    assert [layer.number for layer in layers] == list(range(len(layers)))
    for layer in layers:
        assert maps[layer.name].shape[:2] == (2, layer.filters)
        assert maps[layer.name].shape[2:].numel() > 1


def test_transformer_blocks_are_layers(images: torch.Tensor) -> None:
    found = backbone("test_vit")
    layers = layers_of(found, images)
    blocks = [layer for layer in layers if not layer.convolution]
    assert [layer.name for layer in blocks] == [f"blocks.{i}" for i in range(len(timm.create_model("test_vit").blocks))]
    tokens = found.net.blocks[0](found.net.norm_pre(found.net._pos_embed(found.net.patch_embed((images - found.mean) / found.std))))
    expected = tokens[:, found.net.num_prefix_tokens :].transpose(1, 2).unflatten(2, (4, 4))
    torch.testing.assert_close(feature_maps(found, images, blocks)["blocks.0"], expected)


def test_ones_own_network_works_too_and_a_shared_relu_is_not_followed(images: torch.Tensor) -> None:
    found = wrap(torchvision.models.resnet18().eval(), "layer4", image_size=SIZE).backbone
    ends = {layer.name: layer.end for layer in layers_of(found, images)}
    assert ends["conv1"] == "relu"
    assert ends["layer1.0.conv1"] == "layer1.0.bn1"


def test_it_leaves_no_trace(images: torch.Tensor) -> None:
    """Pitfalls 9, 10, 13."""
    found = backbone("test_efficientnet").train()
    state, modes = copy.deepcopy(found.state_dict()), [m.training for m in found.modules()]
    maps = feature_maps(found, images, layers_of(found, images))
    assert not any(m.requires_grad for m in maps.values())
    assert all(torch.equal(value, state[key]) for key, value in found.state_dict().items())
    assert [m.training for m in found.modules()] == modes
    assert sum(len(m._forward_hooks) for m in found.modules()) == 0
    assert all(p.grad is None for p in found.parameters())


def test_layers_are_picked_by_number_or_name_and_mistakes_are_named(images: torch.Tensor) -> None:
    layers = layers_of(backbone("cnn4"), images)
    assert [layer.number for layer in pick(layers, ["7", "blocks.0.conv1"])] == [7, 1]
    assert pick(layers, []) == layers
    with pytest.raises(UserError, match=r'Did you mean "blocks.3.conv1"'):
        pick(layers, ["blocks.3.cov1"])
    with pytest.raises(UserError, match="from 0 to 7"):
        pick(layers, ["8"])


def test_a_network_without_positions_is_refused() -> None:
    net = nn.Sequential(nn.Identity(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    found = wrap(net, "0", image_size=8, source="none").backbone
    with pytest.raises(UserError, match="no layer that keeps positions"):
        layers_of(found, torch.rand(1, 3, 8, 8))
