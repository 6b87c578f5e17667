from __future__ import annotations

import copy

import pytest
import timm
import torch
from own_networks import Small
from torch import nn

from sightline.attention.classifier import build, wrap
from sightline.errors import UserError
from sightline.recipe import Recipe


def recipe(backbone: str = "test_resnet", head: dict[str, object] | None = None, attention: str = "gradcam", size: int = 64) -> Recipe:
    sections = {"data": {"image_size": size}, "backbone": {"name": backbone}, "head": head or {}, "attention": {"name": attention}}
    return Recipe.model_validate({"name": "t"} | sections)


@pytest.mark.parametrize("name", ["test_resnet", "test_vit", "convnext_atto", "mobilenetv3_small_050"])
def test_own_head_answers_as_timms_model(name: str, images: torch.Tensor) -> None:
    """The class token, ConvNeXt's norm and MobileNet's last convolution are all in it."""
    found = build(recipe(name, {"kind": "own"}), 3).eval()
    net = timm.create_model(name, num_classes=3, **({"img_size": 64} if name == "test_vit" else {})).eval()
    state = found.backbone.net.state_dict()
    classifier = net.get_classifier()
    net.load_state_dict(state, strict=False)
    classifier.load_state_dict(found.head.linear.state_dict())
    torch.testing.assert_close(found(images), net((images - found.backbone.mean) / found.backbone.std))


def test_own_head_of_vgg_has_its_dense_layers_and_only_the_last_is_new() -> None:
    """000-08: the last dense layer is replaced by a new one; 000-09: a learning-rate factor is its own."""
    found = build(recipe("vgg11", {"kind": "own"}), 2)
    assert found.head.linear.in_features == 4096
    assert [tuple(p.shape) for p in found.head.parameters()] == [(2, 4096), (2,)]
    assert found.backbone.net.pre_logits.fc1.weight.numel() == 4096 * 512 * 49


def test_own_head_with_hidden_layers_is_refused() -> None:
    with pytest.raises(UserError, match=r"head.hidden: the network's own head"):
        build(recipe(head={"kind": "own", "hidden": [8]}), 2)


def test_unknown_option_of_a_source_is_refused() -> None:
    with pytest.raises(UserError, match=r'attention \(gradcam\).ordr: unknown setting. Did you mean "order"'):
        build(recipe().with_settings(attention__ordr="first"), 2)


def test_deep_copy_is_a_classifier_of_its_own(images: torch.Tensor) -> None:
    found = build(recipe(head={"kind": "own"}), 2).eval()
    before, copied = found(images), copy.deepcopy(found)
    nn.init.zeros_(found.backbone.net.conv1[0].weight)
    assert torch.equal(copied(images), before)


def test_reaches_leaves_out_a_head_without_weights() -> None:
    assert wrap(Small(), "act", image_size=64).reaches == ("backbone",)
    assert build(recipe(), 2).reaches == ("backbone", "head")
