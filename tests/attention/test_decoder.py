from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.decoder import block_sizes, block_widths
from sightline.attention.features import Features
from sightline.recipe import Recipe


def classifier(**options: object) -> GuidedClassifier:
    sections = {"backbone": {"name": "test_resnet"}, "attention": {"name": "decoder", **options}}
    return build(Recipe.model_validate({"name": "t", "data": {"image_size": 64}} | sections), 3)


def test_sizes_are_those_of_the_authors_code() -> None:
    """001-04: 7, 16, 48, 144, 224."""
    assert block_sizes("code", (7, 7), (224, 224)) == [(16, 16), (48, 48), (144, 144), (224, 224)]
    assert block_sizes("code", (2, 4), (64, 128)) == [(5, 9), (14, 27), (41, 82), (64, 128)]
    assert block_sizes("code-3", (7, 7), (224, 224)) == [(16, 16), (64, 64), (224, 224)]


def test_channels_are_those_of_the_authors_code() -> None:
    """001-04c: C, C/4, C/16, 16, 1; with three blocks C, C/8, C/64, 1."""
    assert block_widths("code", 2048) == [2048, 512, 128, 16, 1]
    assert block_widths("code-3", 2048) == [2048, 256, 32, 1]
    assert [b.conv.out_channels for b in classifier(variant="code-3").source.blocks] == [12, 1, 1]


def test_map_is_made_of_the_last_features_alone() -> None:
    """001-06: no skip connections; nothing of the shallower layers reaches the decoder."""
    found, images = classifier().eval(), torch.rand(2, 3, 64, 64)
    assert found.source.taps == ()
    mine, other = found.backbone(images), found.backbone(torch.rand(2, 3, 64, 64))
    look = found.source.look(Features(mine.last, other.raw, mine.size), found.head, None, False)
    torch.testing.assert_close(look.maps["decoder"], found.look(images).maps["decoder"])


@pytest.mark.parametrize("start", [1, 2, 7, 14])
def test_text_sizes_grow_evenly_to_the_image(start: int) -> None:
    sizes = [start, *(s for s, _ in block_sizes("text", (start, start), (224, 224)))]
    assert sizes[-1] == 224
    ratios = [b / a for a, b in pairwise(sizes)]
    assert max(ratios) / min(ratios) < 1.2


@pytest.mark.parametrize("variant", ["code", "text"])
def test_channels_and_map_size(variant: str) -> None:
    found = classifier(variant=variant)
    assert [b.conv.out_channels for b in found.source.blocks] == [24, 6, 16, 1]
    assert found.look(torch.rand(2, 3, 64, 48)).maps["decoder"].shape == (2, 1, 64, 48)


@pytest.mark.parametrize("variant", ["code", "text"])
def test_map_can_say_no_and_yes(variant: str) -> None:
    """A rectifier before the sigmoid would keep it at 0.5 and above."""
    found = classifier(variant=variant).look(torch.rand(4, 3, 64, 64)).maps["decoder"]
    assert 0 <= found.min() < 0.4
    assert 0.6 < found.max() <= 1


def test_order_of_operations_is_the_authors() -> None:
    """Convolution, ReLU6, upsampling with aligned corners, batch norm; a sigmoid at the very end."""
    found = classifier().eval()
    for block in found.source.blocks:
        torch.nn.init.normal_(block.conv.weight)
        torch.nn.init.normal_(block.norm.running_mean)
    images = torch.rand(2, 3, 64, 64)
    x = found.backbone(images).last
    for block, side in zip(found.source.blocks, (5, 14, 41, 64), strict=True):
        x = F.conv2d(x, block.conv.weight, block.conv.bias, padding=1).clamp(0, 6)
        x = F.interpolate(x, (side, side), mode="bilinear", align_corners=True)
        x = (x - block.norm.running_mean[:, None, None]) / (1 + block.norm.eps) ** 0.5
    torch.testing.assert_close(found.look(images).maps["decoder"], x.sigmoid())


def test_001_04_a_block_of_the_report_upsamples_convolves_normalises_and_rectifies() -> None:
    """In this order; the last block has no rectifier, a sigmoid follows."""
    found = classifier(variant="text").eval()
    for block in found.source.blocks:
        torch.nn.init.normal_(block.conv.weight)
        torch.nn.init.normal_(block.norm.running_mean)
    images = torch.rand(2, 3, 64, 64)
    x = found.backbone(images).last
    for n, (block, side) in enumerate(zip(found.source.blocks, (5, 11, 27, 64), strict=True)):
        x = F.interpolate(x, (side, side), mode="bilinear", align_corners=False)
        x = F.conv2d(x, block.conv.weight, block.conv.bias, padding=1)
        x = (x - block.norm.running_mean[:, None, None]) / (1 + block.norm.eps) ** 0.5
        x = x if n == 3 else x.clamp(min=0)
    torch.testing.assert_close(found.look(images).maps["decoder"], x.sigmoid(), atol=1e-3, rtol=0)


def test_classifying_does_not_run_the_decoder() -> None:
    found, ran = classifier(), []
    found.source.blocks[0].register_forward_hook(lambda *_: ran.append(1))
    found(torch.rand(2, 3, 64, 64))
    assert not ran
    found.look(torch.rand(2, 3, 64, 64))
    assert ran


def test_001_29_a_mask_loss_moves_the_network_and_the_decoder_and_not_the_classifier() -> None:
    """L_loc is propagated through the decoder into the feature network, so that its features keep where the object is."""
    found = classifier()
    found.look(torch.rand(2, 3, 64, 64)).maps["decoder"].square().mean().backward()
    moved = {name.partition(".")[0] for name, p in found.named_parameters() if p.grad is not None and p.grad.abs().max() > 0}
    assert moved == {"backbone", "source"}


def test_001_04c_the_program_s_decoder_starts_from_he_s_distribution() -> None:
    he, default = classifier(init="kaiming").source.blocks[0].conv, classifier().source.blocks[0].conv
    fan_in = he.in_channels * 9
    assert he.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.1)
    assert default.weight.std().item() == pytest.approx((1 / (3 * fan_in)) ** 0.5, rel=0.1)


def test_a_narrow_network_and_a_small_image_leave_one_channel_and_one_pixel() -> None:
    assert block_widths("code", 8) == [8, 2, 1, 16, 1]
    assert block_widths("text", 3) == [3, 1, 1, 16, 1]
    assert block_widths("code-3", 7) == [7, 1, 1, 1]
    assert block_sizes("code-3", (1, 1), (4, 6)) == [(1, 1), (1, 2), (4, 6)]
    assert block_sizes("text", (1, 2), (16, 32)) == [(2, 4), (4, 8), (8, 16), (16, 32)]
