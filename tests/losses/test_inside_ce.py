"""Cross-entropy inside the region against its definition."""

from __future__ import annotations

import math

import pytest
import torch
from random_maps import ALL, A, R

from sightline.losses.inside_ce import EPS as FLOOR
from sightline.losses.inside_ce import InsideCrossEntropy, inside_cross_entropy


def test_inside_ce_is_the_cross_entropy_with_one_over_the_roi_alone():
    lifted = (A + FLOOR) / (1 + FLOOR)
    for value, a, r in zip(inside_cross_entropy(A, R), lifted, R, strict=True):
        inside = a[r > 0]
        assert value.item() == pytest.approx(-math.fsum(math.log(x) for x in inside.tolist()) / len(inside), rel=1e-5)
    torch.testing.assert_close(inside_cross_entropy(torch.where(R > 0, A, 0.5), R), inside_cross_entropy(A, R))  # blind to the outside


def test_inside_ce_of_a_dead_pixel_is_bounded_and_pulls():
    unit = torch.zeros(1, 1, 2, 2, requires_grad=True)
    value = inside_cross_entropy(unit, torch.ones(1, 1, 2, 2)).sum()
    value.backward()
    assert value.item() == pytest.approx(math.log(1.01 / 0.01))
    torch.testing.assert_close(unit.grad, torch.full((1, 1, 2, 2), -1 / (4 * FLOOR)))


def test_inside_ce_as_in_the_source_never_wins_a_negative_pixel_over():
    raw, roi = torch.tensor([[[[2.0, -1.0], [1.0, -3.0]]]], requires_grad=True), torch.tensor([[[[1.0, 1.0], [1.0, 0.0]]]])
    pulls = []
    for squash in ("max", None):
        value = InsideCrossEntropy(squash=squash)(raw, roi, ALL[:1], "evidence")
        pulls.append(torch.autograd.grad(value, raw)[0][0, 0, 0, 1].item())
    assert pulls[0] == 0
    assert pulls[1] < -0.1
