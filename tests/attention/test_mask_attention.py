"""The masks that 001's authors tried beside their decoder (001-05)."""

from __future__ import annotations

import pytest
import torch

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.mask_attention import stack, stack_code
from sightline.errors import UserError
from sightline.recipe import Recipe


def classifier(head: str = "gap", **options: object) -> GuidedClassifier:
    sections = {"backbone": {"name": "test_resnet"}, "head": {"kind": head}, "attention": {"name": "mask", **options}}
    return build(Recipe.model_validate({"name": "t", "data": {"image_size": 64}} | sections), 3).eval()


def test_the_head_reads_features_plus_masked_features() -> None:
    """x + m x, place by place, then the mean over the places."""
    found, images = classifier(), torch.rand(2, 3, 64, 64)
    x, look = found.backbone(images).last, found.look(images)
    pooled = torch.zeros(x.shape[:2])
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            pooled += x[:, :, i, j] * (1 + look.maps["mask"][:, :, i, j])
    torch.testing.assert_close(look.logits, found.head.linear(pooled / (x.shape[2] * x.shape[3])))


def test_pooled_mask_is_a_function_of_channel_mean_and_maximum() -> None:
    found, images = classifier(), torch.rand(2, 3, 64, 64)
    x = found.backbone(images).last
    weight, bias = found.source.score.score.weight.flatten(), found.source.score.score.bias
    wanted = (weight[0] * x.mean(1) + weight[1] * x.max(1).values + bias).sigmoid()
    torch.testing.assert_close(found.look(images).maps["mask"][:, 0], wanted)


def test_the_stack_halves_its_channels_down_to_sixteen() -> None:
    widths = [m.out_channels for m in classifier(variant="stack").source.score if hasattr(m, "out_channels")]
    k = classifier().backbone.channels
    assert widths[-1] == 1
    assert widths[:-1] == [k // 2**n for n in range(1, len(widths))]
    assert 16 <= widths[-2] < 32
    layers = stack(32)
    assert [type(layer).__name__ for layer in layers] == ["Conv2d", "BatchNorm2d", "LeakyReLU", "Conv2d"]
    assert layers[2].negative_slope == 0.1
    assert [(layer.in_channels, layer.out_channels) for layer in stack(31)] == [(31, 1)], "a half of it would be fewer than sixteen"
    assert layers(torch.rand(2, 32, 5, 6)).shape == (2, 1, 5, 6)


def test_an_own_head_is_refused() -> None:
    with pytest.raises(UserError, match="needs a GAP head"):
        classifier(head="own")


@pytest.mark.parametrize(("variant", "pool"), [("mean", lambda x: x.mean(1)), ("max", lambda x: x.amax(1))])
def test_001_05_the_program_s_mask_is_a_function_of_the_mean_or_of_the_maximum(variant, pool) -> None:
    found, images = classifier(variant=variant), torch.rand(2, 3, 64, 64)
    score = found.source.score.score
    assert score.weight.numel() == score.bias.numel() == 1
    wanted = (score.weight.flatten() * pool(found.backbone(images).last) + score.bias).sigmoid()
    torch.testing.assert_close(found.look(images).maps["mask"][:, 0], wanted)


def test_001_05_the_program_s_stack_goes_from_2048_to_1024_512_256_and_1() -> None:
    layers = list(stack_code(2048))
    assert [type(layer).__name__ for layer in layers] == ["Conv2d", "BatchNorm2d", "LeakyReLU"] * 4
    convolutions = layers[::3]
    assert [(layer.in_channels, layer.out_channels) for layer in convolutions] == [(2048, 1024), (1024, 512), (512, 256), (256, 1)]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert {layer.negative_slope for layer in layers[2::3]} == {0.01}
    assert convolutions[0].weight.std().item() == pytest.approx((2 / (9 * 2048)) ** 0.5, rel=0.02)
    assert classifier(variant="stack-code").look(torch.rand(2, 3, 64, 64)).maps["mask"].shape[1] == 1
