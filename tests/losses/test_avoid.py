"""Evidence on what is to be avoided."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, R

from sightline.losses.avoid import Avoid, avoid, erode


def test_avoid_is_outside_of_the_complement():
    raw = torch.randn(3, 1, 5, 5)
    expected = [
        sum(abs(x) * m for x, m in zip(a.flatten().tolist(), r.flatten().tolist(), strict=True)) / 25 for a, r in zip(raw, R, strict=True)
    ]
    assert avoid(raw, R).tolist() == pytest.approx(expected, rel=1e-5)


def test_eroding_takes_the_rim_off_but_not_at_the_image_border():
    mask = torch.zeros(1, 1, 9, 9)
    mask[..., 2:7, 0:5] = 1
    smaller = torch.zeros(1, 1, 9, 9)
    smaller[..., 3:6, 0:4] = 1
    assert torch.equal(erode(mask, 1), smaller)
    assert torch.equal(erode(mask, 0), mask)
    rim = mask - smaller
    assert Avoid(erode=1)(rim, mask, ALL[:1]) == 0
    assert Avoid()(rim, mask, ALL[:1]) > 0
