"""The second pass leaves batch-norm as it was (pitfalls 10 and 15)."""

from __future__ import annotations

import copy

import pytest
import torch
from timm.layers import BatchNormAct2d
from torch import nn

from sightline.losses.batchnorm import second_pass


def network() -> nn.Sequential:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), BatchNormAct2d(4))
    net.train()
    net[4].eval()  # frozen by someone
    return net


def state(net: nn.Module) -> list[tuple[bool, bool]]:
    return [(m.training, getattr(m, "track_running_stats", False)) for m in net.modules()]


@pytest.mark.parametrize("mode", ["frozen", "quiet"])
def test_statistics_and_states_survive_a_pass(mode):
    net = network()
    net(torch.rand(4, 3, 6, 6))
    before, states = copy.deepcopy(net.state_dict()), state(net)
    with second_pass(net, mode):
        net(torch.rand(4, 3, 6, 6) * 100)
    assert state(net) == states
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
    net(torch.rand(4, 3, 6, 6))
    assert not torch.equal(net[1].running_mean, before["1.running_mean"])  # and it learns again afterwards
    assert torch.equal(net[4].running_mean, before["4.running_mean"])


@pytest.mark.parametrize("mode", ["frozen", "quiet"])
def test_an_exception_restores_everything(mode):
    net = network()
    states = state(net)
    with pytest.raises(RuntimeError, match="stop"), second_pass(net, mode):
        raise RuntimeError("stop")
    assert state(net) == states


def test_frozen_uses_the_running_statistics_and_quiet_the_batch_s():
    bn, x = nn.BatchNorm2d(2).train(), torch.randn(8, 2, 3, 3) * 5 + 3
    with second_pass(bn, "frozen"):
        torch.testing.assert_close(bn(x), copy.deepcopy(bn).eval()(x))
    with second_pass(bn, "quiet"):
        torch.testing.assert_close(bn(x).mean((0, 2, 3)), torch.zeros(2), atol=1e-5, rtol=0)


def test_a_frozen_layer_stays_frozen_in_a_quiet_pass():
    bn, x = nn.BatchNorm2d(2).eval(), torch.randn(8, 2, 3, 3) + 7
    expected = bn(x)
    with second_pass(bn, "quiet"):
        assert torch.equal(bn(x), expected)
    assert not bn.training


def test_other_layers_keep_their_mode():
    net = network()
    with second_pass(net, "frozen"):
        assert net[2].training
        assert not net[1].training


@pytest.mark.parametrize("mode", ["frozen", "quiet"])
def test_000_42_scale_and_shift_learn_from_the_second_pass_too(mode):
    bn = nn.BatchNorm2d(2).train()
    with second_pass(bn, mode):
        (bn(torch.randn(8, 2, 3, 3)) - 3).square().sum().backward()
    assert bn.weight.grad.abs().min() > 0
    assert bn.bias.grad.abs().min() > 0
