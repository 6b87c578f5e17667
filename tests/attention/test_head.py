from __future__ import annotations

import pytest
import torch

from sightline.attention.features import Features
from sightline.attention.head import GapLinear, OwnHead


def features() -> Features:
    found = torch.randn(2, 6, 3, 3)
    return Features(found, found, (96, 96))


def test_gap_linear_is_average_pooling_and_a_linear_layer() -> None:
    head, given = GapLinear(6, 3), features()
    expected = torch.einsum("ck,bk->bc", head.linear.weight, given.last.mean((2, 3))) + head.linear.bias
    torch.testing.assert_close(head(given), expected)


def test_004_01_the_mean_over_channels_in_place_of_their_sum() -> None:
    head, given = GapLinear(6, 3, average=True), features()
    weights = head.class_weights()
    assert weights is not None
    torch.testing.assert_close(weights, head.linear.weight / 6)
    expected = (head.linear.weight * given.last.mean((2, 3))[:, None]).mean(-1) + head.linear.bias
    torch.testing.assert_close(head(given), expected)
    deep = GapLinear(6, 3, hidden=(4,), average=True)
    pooled = given.last.mean((2, 3))
    torch.testing.assert_close(deep.classify(pooled), deep.linear(deep.hidden(pooled) / 4))


def test_hidden_layers_as_in_001() -> None:
    """001-03: two dense layers, the first of 1024."""
    head = GapLinear(6, 3, hidden=(1024,))
    assert [tuple(p.shape) for p in head.parameters()] == [(1024, 6), (1024,), (3, 1024), (3,)]
    assert head.class_weights() is None
    pooled = features().last.mean((2, 3))
    torch.testing.assert_close(head.classify(pooled), head.linear(head.hidden[0](pooled).clamp(min=0)))


def test_dropout_acts_while_training_only() -> None:
    head = GapLinear(6, 3, dropout=0.5)
    assert head.drops
    assert not head.eval().drops
    assert not GapLinear(6, 3).drops
    pooled = torch.ones(400, 6)
    assert torch.equal(head.classify(pooled), head.linear(pooled)), "judging"
    head.train().linear.weight.data = torch.tensor([[1.0, 0, 0, 0, 0, 0]] * 3)
    head.linear.bias.data.zero_()
    said = head.classify(pooled)[:, 0]
    assert set(said.tolist()) == {0.0, 2.0}, "dropped, or scaled by 1 / (1 - p)"
    assert (said == 0).float().mean().item() == pytest.approx(0.5, abs=0.1)


def test_the_last_layer_starts_as_the_recipe_says() -> None:
    """003-06: N(0, 0.01) and zero bias; 001-03c: He's."""
    normal, kaiming = GapLinear(4000, 50, init="normal").linear, GapLinear(4000, 50, init="kaiming").linear
    assert normal.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert not normal.bias.any()
    assert kaiming.weight.std().item() == pytest.approx((2 / 4000) ** 0.5, rel=0.02)
    own = OwnHead(lambda raw: raw, 4000, 50, "normal").linear
    assert own.weight.std().item() == pytest.approx(0.01, rel=0.02)
