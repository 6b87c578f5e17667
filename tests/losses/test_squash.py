"""Squashings: ranges, dead and constant maps, gradients."""

from __future__ import annotations

import pytest
import torch
from sklearn.preprocessing import minmax_scale

from sightline.losses.squash import SQUASHES, by_max, minmax


def test_minmax_agrees_with_sklearn():
    raw = torch.randn(3, 1, 5, 5)
    expected = torch.tensor(minmax_scale(raw.reshape(3, -1).numpy(), axis=1)).reshape(3, 1, 5, 5)
    torch.testing.assert_close(minmax(raw), expected)


def test_by_max_is_relu_over_its_largest_value():
    raw = torch.tensor([[[[-4.0, 1.0], [2.0, 0.0]]], [[[-4.0, -1.0], [-2.0, -3.0]]]])
    assert by_max(raw).flatten(1).tolist() == [[0, 0.5, 1, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("how", SQUASHES)
def test_each_map_is_squashed_for_itself(how):
    raw = torch.randn(4, 1, 3, 3)
    singles = torch.cat([SQUASHES[how](raw[i : i + 1]) for i in range(4)])
    assert torch.equal(SQUASHES[how](raw), singles)


@pytest.mark.parametrize("how", ["sigmoid", "minmax", "max"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_bounded_squashings_end_in_the_unit_interval(how, scale):
    value = SQUASHES[how](torch.randn(8, 1, 4, 4) * scale)
    assert value.min() >= 0
    assert value.max() <= 1
    if how != "sigmoid":
        torch.testing.assert_close(value.amax((1, 2, 3)), torch.ones(8))


@pytest.mark.parametrize("how", SQUASHES)
@pytest.mark.parametrize("filling", [0.0, 3.0, -3.0, 1e-30])
def test_constant_maps_stay_finite_with_their_gradient(how, filling):
    raw = torch.full((1, 1, 4, 4), filling, requires_grad=True)
    value = SQUASHES[how](raw)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(raw.grad).all()
    if how == "minmax":
        assert not value.any()


@pytest.mark.parametrize("how", SQUASHES)
def test_gradient_is_the_derivative(how):
    raw = torch.randn(2, 1, 3, 3, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(SQUASHES[how], raw)


def test_each_name_is_its_formula():
    raw = torch.randn(3, 1, 5, 5)
    assert torch.equal(SQUASHES["max"](raw), by_max(raw))
    assert torch.equal(SQUASHES["minmax"](raw), minmax(raw))
    assert torch.equal(SQUASHES["sigmoid"](raw), raw.sigmoid())
