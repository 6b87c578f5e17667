from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.gates import Gate
from sightline.errors import UserError
from sightline.recipe import Recipe


def classifier(backbone: str = "test_resnet", size: int = 64, head: dict[str, object] | None = None, **options: object) -> GuidedClassifier:
    sections = {"backbone": {"name": backbone}, "head": head or {}, "attention": {"name": "gates", **options}}
    return build(Recipe.model_validate({"name": "t", "data": {"image_size": size}} | sections), 3).eval()


@pytest.mark.parametrize("normalise", ["sigmoid", "softmax"])
def test_formula_is_a_literal_loop_over_positions(normalise: str) -> None:
    """Yan 2020, eq. 2.1 to 2.3, position by position."""
    gate = Gate(3, 5, width=4, normalise=normalise)
    features, guide = torch.randn(2, 3, 4, 6), torch.randn(2, 5, 2, 3)
    w_f, w_g, w = (layer.weight[:, :, 0, 0] for layer in (gate.local, gate.guide, gate.score))
    up = F.interpolate(torch.einsum("og,bghw->bohw", w_g, guide), scale_factor=2, mode="bilinear", align_corners=False)
    score = torch.empty(2, 4, 6)
    for b in range(2):
        for i in range(4):
            for j in range(6):
                score[b, i, j] = (w @ (w_f @ features[b, :, i, j] + up[b, :, i, j]).clamp(min=0) + gate.score.bias).squeeze()
    attention = score.sigmoid() if normalise == "sigmoid" else score.exp() / score.exp().sum((1, 2), keepdim=True)
    passed = torch.zeros(2, 3)
    for i in range(4):
        for j in range(6):
            passed += attention[:, i, j, None] * features[:, :, i, j] / (24 if normalise == "sigmoid" else 1)
    found, pooled = gate(features, guide)
    expected = attention if normalise == "sigmoid" else attention / attention.amax((1, 2), keepdim=True)
    torch.testing.assert_close(found[:, 0], expected)
    torch.testing.assert_close(pooled, passed)


def test_logits_come_from_what_the_gates_let_through_and_the_guide() -> None:
    found, images = classifier(), torch.rand(2, 3, 64, 64)
    look = found.look(images)
    features = found.backbone(images, found.source.taps)
    gated = [(look.maps[f"gate{n}"] * features.taps[tap]).mean((2, 3)) for n, tap in ((1, "layer2"), (2, "layer3"))]
    pooled = torch.cat([*gated, features.last.mean((2, 3))], 1)
    torch.testing.assert_close(look.logits, found.head.linear(pooled))


def test_the_common_space_is_that_of_the_paper_but_no_wider_than_the_features() -> None:
    assert [gate.local.weight.shape[:2] for gate in classifier("resnet18").source.gates] == [(128, 128), (256, 256)]
    assert [gate.local.weight.shape[:2] for gate in classifier("resnet18", width=320).source.gates] == [(320, 128), (320, 256)]


def test_vgg16_has_the_shapes_of_the_paper() -> None:
    """003-02 and 003-05: 256 x 28 x 28, 512 x 14 x 14, guide 512 x 7 x 7, 1280 pooled."""
    found = classifier("vgg16", 224, taps=["features.16", "features.23"])
    assert found.backbone.shapes((*found.source.taps, "last")) == {
        "features.16": (256, 28, 28),
        "features.23": (512, 14, 14),
        "last": (512, 7, 7),
    }
    assert found.head.linear.in_features == 1280
    assert [tuple(g.local.weight.shape) for g in found.source.gates] == [(256, 256, 1, 1), (256, 512, 1, 1)]
    assert all(g.local.bias is None and g.guide.bias is None and g.score.bias.numel() == 1 for g in found.source.gates)


def test_initialisation_is_the_papers() -> None:
    """003-06: He by fan-in for the gates, N(0, 0.01) and zero for the classifier."""
    found = classifier()
    for gate in found.source.gates:
        for layer in (gate.local, gate.guide, gate.score):
            assert layer.weight.std().item() == pytest.approx((2 / layer.in_channels) ** 0.5, rel=0.1 if layer is not gate.score else 0.5)
        assert gate.score.bias.item() == 0
    assert found.head.linear.weight.std().item() == pytest.approx(0.01, rel=0.1)
    assert found.head.linear.bias.abs().max() == 0


@pytest.mark.parametrize(("backbone", "taps"), [("test_resnet", ("layer2", "layer3")), ("test_vit", ("blocks.1", "blocks.3"))])
def test_default_taps_are_the_stages_before_the_last(backbone: str, taps: tuple[str, ...]) -> None:
    assert classifier(backbone).source.taps == taps


def test_maps_are_named_from_shallow_to_deep() -> None:
    found = classifier(taps=["stride:16", "stride:8"])
    assert found.map_names == ("gate1", "gate2")
    assert [m.shape[2] for m in found.look(torch.rand(1, 3, 64, 64)).maps.values()] == [8, 4]
    assert classifier(taps=["layer2"]).map_names == ("gate",)


def test_softmax_map_reaches_one_so_that_it_can_be_compared_with_a_mask() -> None:
    """Pitfall 5: what sums to one cannot match a mask."""
    maps = classifier(normalise="softmax").look(torch.rand(2, 3, 64, 64)).maps
    for found in maps.values():
        torch.testing.assert_close(found.amax((1, 2, 3)), torch.ones(2))


def test_other_heads_and_no_taps_are_refused() -> None:
    with pytest.raises(UserError, match="need a GAP head"):
        classifier(head={"kind": "own"})
    with pytest.raises(UserError, match="no layer to gate"):
        classifier(taps=[])
