"""Soft Dice against scipy."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, A, R
from scipy.spatial import distance

from sightline.losses.dice import Dice, dice


def test_dice_agrees_with_scipy_on_binary_maps_over_the_whole_batch():
    marked = (A > 0.5).float()
    assert float(dice(marked, R)) == pytest.approx(distance.dice(marked.flatten().bool(), R.flatten().bool()))


def test_dice_is_one_ratio_over_the_batch_so_that_empty_maps_need_no_smoothing():
    roi = R.clone()
    roi[1] = 0
    overlap = sum(float((a * r).sum()) for a, r in zip(A, roi, strict=True))
    total = sum(float(a.sum() + r.sum()) for a, r in zip(A, roi, strict=True))
    assert float(dice(A, roi)) == pytest.approx(1 - 2 * overlap / total)
    empty = torch.zeros(3, 1, 5, 5, requires_grad=True)
    value = Dice()(empty, torch.zeros(3, 1, 5, 5), ALL, "unit")
    value.backward()
    assert value == 0
    assert torch.isfinite(empty.grad).all()
