from __future__ import annotations

import pytest
import torch
from random_maps import ALL, A, R

from sightline.losses.l1 import L1, l1
from sightline.losses.squash import minmax


def test_it_is_the_mean_distance_of_the_pixels_and_none_from_the_region_itself() -> None:
    attention = torch.tensor([[[[0.0, 1.0], [0.25, 0.5]]], [[[1.0, 0.0], [0.0, 0.0]]]])
    roi = torch.tensor([[[[1.0, 1.0], [0.0, 0.0]]], [[[1.0, 0.0], [0.0, 0.0]]]])
    assert l1(attention, roi).tolist() == [(1 + 0 + 0.25 + 0.5) / 4, 0]


def test_evidence_is_scaled_by_its_least_and_greatest_value() -> None:
    raw = torch.randn(3, 1, 5, 5) * 4 - 2
    torch.testing.assert_close(L1()(raw, R, ALL, "evidence"), l1(minmax(raw), R).mean())
    torch.testing.assert_close(L1()(7 * raw + 1, R, ALL, "evidence"), L1()(raw, R, ALL, "evidence"))
    torch.testing.assert_close(L1()(A, R, ALL, "unit"), l1(A, R).mean())


def test_each_pixel_pulls_with_the_same_strength() -> None:
    attention = A.clone().requires_grad_()
    l1(attention, R).sum().backward()
    assert attention.grad is not None
    assert attention.grad.abs().flatten().tolist() == pytest.approx([1 / 25] * 75)
