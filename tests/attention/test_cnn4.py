"""The network of the feature-map paper (002-01, 002-02)."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sightline.attention.backbone import Backbone
from sightline.attention.classifier import build
from sightline.attention.cnn4 import Cnn4
from sightline.config import Backbone as Settings
from sightline.engine.optimise import optimiser
from sightline.errors import UserError
from sightline.recipe import load_recipe


def backbone(**settings: object) -> Backbone:
    return Backbone(Settings(name="cnn4", **settings), image_size=48)


def test_four_blocks_of_two_3x3_convolutions_relu_and_a_maximum() -> None:
    found = [(type(m), getattr(m, "out_channels", None)) for m in Cnn4(48).blocks.modules() if not isinstance(m, nn.Sequential)]
    expected = [[(nn.Conv2d, k), (nn.ReLU, None)] * 2 + [(nn.MaxPool2d, None)] for k in (8, 16, 32, 64)]
    assert found == [layer for block in expected for layer in block]
    assert {m.kernel_size for m in Cnn4(48).modules() if isinstance(m, nn.Conv2d)} == {(3, 3)}


def test_dense_layers_of_2056_1024_and_64_units_with_relu() -> None:
    layers = [m for m in Cnn4(48).dense if not isinstance(m, nn.Flatten)]
    assert [type(m) for m in layers] == [nn.Linear, nn.ReLU] * 3
    assert [m.out_features for m in layers[::2]] == [2056, 1024, 64]
    assert layers[0].in_features == 64 * 3 * 3


def test_the_last_map_has_a_sixteenth_of_the_side_and_the_image_is_taken_as_it_is() -> None:
    found, images = backbone(), torch.rand(2, 3, 48, 48)
    features = found(images)
    assert features.last.shape == (2, 64, 3, 3)
    assert (found.channels, found.stride) == (64, 16)
    assert torch.equal(features.last, found.net.blocks(images)), "values in [0, 1] are not normalised further (002-04)"


def test_the_own_head_is_its_dense_layers_and_a_new_output_layer() -> None:
    recipe = load_recipe("featuremaps", {"data.name": "phantom", "data.image_size": 48, "data.load_size": 48})
    classifier = build(recipe, 2)
    images = torch.rand(2, 3, 48, 48)
    net = classifier.backbone.net
    assert torch.equal(classifier(images), classifier.head.linear(net.dense(net.blocks(images))))
    assert classifier.head.linear.in_features == 64
    assert classifier.map_names == ()


def test_with_a_gap_head_the_dense_layers_are_gone_and_cam_works() -> None:
    settings = {"data.name": "phantom", "data.image_size": 48, "data.load_size": 48, "head.kind": "gap", "attention.name": "cam"}
    classifier = build(load_recipe("featuremaps", settings), 2)
    assert sum(p.numel() for p in classifier.backbone.parameters()) < 80_000
    assert classifier.look(torch.rand(2, 3, 64, 64)).maps["cam"].shape == (2, 1, 4, 4), "convolutions take images of any size"


def test_it_is_cut_like_any_other_backbone() -> None:
    cut, whole = backbone(stride=4), backbone()
    cut.net.load_state_dict({k: v for k, v in whole.net.state_dict().items() if k in cut.net.state_dict()})
    images = torch.rand(1, 3, 48, 48)
    assert torch.equal(cut(images).last, whole(images, ["stride:4"]).taps["stride:4"])
    assert (cut.stride, cut.channels) == (4, 16)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "cnn44"}, 'Did you mean "cnn4"'),
        ({"name": "cnn4", "weights": "imagenet"}, "backbone.weights imagenet: cnn4 has none"),
        ({"name": "cnn4", "output_stride": 8}, "backbone.output_stride: cnn4 does not support this"),
    ],
)
def test_what_it_does_not_have_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Backbone(Settings(**settings), image_size=48)


def test_images_too_small_for_it_are_refused() -> None:
    with pytest.raises(UserError, match=r"data.image_size 15: cnn4 cannot take images of this size. Take 16 or more"):
        Backbone(Settings(name="cnn4"), image_size=15)


def test_its_signal_neither_fades_nor_grows_with_depth() -> None:
    """Eight layers without batch norm: the scale of the activations stays within a factor of ten."""
    scales, x = [], torch.rand(4, 3, 48, 48)
    for layer in (m for m in Cnn4(48).blocks.modules() if not isinstance(m, nn.Sequential)):
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            scales.append(x.detach().square().mean().sqrt().item())
    assert max(scales) / min(scales) < 10


def test_002_01_weights_start_as_he_et_al_draw_them_and_biases_as_zero() -> None:
    torch.manual_seed(0)
    layers = [m for m in Cnn4(48).modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == 8 + 3
    for layer in layers:
        assert layer.weight.std().item() == pytest.approx((2 / layer.weight[0].numel()) ** 0.5, rel=0.15)
        assert not layer.bias.any()


def test_the_recipe_has_the_papers_numbers() -> None:
    recipe = load_recipe("featuremaps")
    augment = recipe.data.augment
    adam = optimiser([{"params": list(Cnn4(16).parameters())}], recipe.train)
    assert adam.defaults["betas"] == (0.9, 0.999)  # 002-08
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.train.optimizer.name) == (192, 96, "adam")  # 002-08
    assert (augment.brightness_shift, augment.contrast, augment.hue, augment.saturation) == (0.5, 0.7, 0.02, (0.7, 1.5))  # 002-07
    assert (augment.rotate, augment.flip_x, augment.flip_y) == ((0, 360), 0.5, 0.5)  # 002-06
    assert recipe.data.load_size > recipe.data.image_size, "random crops (002-05)"
    assert (recipe.data.balance, recipe.losses.guidance, recipe.attention.name) == ("none", [], "none")


def test_without_a_size_it_is_made_for_224_pixels():
    assert Cnn4().pretrained_cfg["input_size"] == (3, 224, 224)
    assert Cnn4().forward_head(torch.zeros(1, 64, 14, 14)).shape == (1, 64)
