from __future__ import annotations

import pytest
import torch
from torch import nn

from sightline.losses.check.untouched import untouched


def network() -> nn.Sequential:
    """In training mode, but for its last layer."""
    made = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 2))
    made[2].eval()
    return made


def disturb(module: nn.Module) -> None:
    module.train()(torch.randn(8, 3) + 5)
    module.eval()
    torch.rand(7)


def state(module: nn.Module) -> tuple[list[list[float]], list[bool], list[int]]:
    buffers = [buffer.flatten().tolist() for buffer in module.buffers()]
    return buffers, [layer.training for layer in module.modules()], torch.random.get_rng_state().tolist()


def test_statistics_modes_and_random_state_are_afterwards_as_before() -> None:
    one, other = network(), network()
    before = state(one), state(other)
    with untouched(one, other):
        disturb(one)
        disturb(other)
        assert state(one) != before[0]
    assert (state(one), state(other)) == before


def fail_within(module: nn.Module) -> None:
    with untouched(module):
        disturb(module)
        module[2](torch.randn(8, 5))


def test_so_they_are_after_an_error() -> None:
    one = network()
    before = state(one)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        fail_within(one)
    assert state(one) == before


def test_buffers_stay_the_same_tensors_and_a_module_not_named_is_touched() -> None:
    one, other = network(), network()
    mean, before = one[0].running_mean, state(other)[0]
    with untouched(one):
        disturb(one)
        disturb(other)
    assert one[0].running_mean is mean
    assert state(other)[0] != before
