from __future__ import annotations

import math

import pytest
import torch
from scipy.stats import entropy

from sightline.losses.kl import EPS, KL, kl


def test_it_is_scipy_s_relative_entropy_of_region_and_map() -> None:
    attention, roi = torch.rand(3, 1, 5, 5), torch.rand(3, 1, 5, 5)
    expected = [entropy((r + EPS).flatten(), (a + EPS).flatten()) for a, r in zip(attention, roi, strict=True)]
    assert kl(attention, roi).tolist() == pytest.approx(expected, rel=1e-4)


def test_a_dead_map_is_as_far_as_the_uniform_distribution() -> None:
    roi = torch.zeros(1, 1, 8, 8)
    roi[..., :4, :4] = 1
    dead, flat = (torch.full((1, 1, 8, 8), value, requires_grad=True) for value in (0.0, 1.0))
    value = kl(dead, roi)
    value.sum().backward()
    torch.testing.assert_close(value, kl(flat, roi))
    assert value.item() == pytest.approx(math.log(4), rel=0.02)
    assert (dead.grad[roi > 0] < 0).all()
    assert torch.isfinite(dead.grad).all()


def test_a_region_without_attention_costs_more_than_attention_beside_it() -> None:
    roi = torch.zeros(1, 1, 4, 4)
    roi[..., :2, :2] = 1
    half, twice = roi.clone(), roi.clone()
    half[..., 0, :] = 0
    twice[..., 2:, :2] = 1
    assert kl(half, roi) > 2 * kl(twice, roi) > 0


def test_the_common_options_are_there() -> None:
    raw, roi, known = torch.randn(4, 2, 8, 8), torch.rand(4, 1, 8, 8), torch.tensor([True, False, False, True])
    torch.testing.assert_close(KL(over="batch")(raw, roi, known, "evidence"), KL()(raw, roi, known, "evidence") / 2)
