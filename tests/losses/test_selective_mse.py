"""The squared difference of Zhu et al. 2022 under a learned sigmoid, and the heat map as their program brings it to the map's size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from random_maps import ALL, R
from scipy.special import expit

from sightline.data.annotation import gaze_map
from sightline.losses.selective_mse import SelectiveMSE


def test_selective_mse_is_the_mean_square_under_a_scaled_sigmoid():
    """Eq. 9 and 10 as the prose around them says, since the displays are lost."""
    loss = SelectiveMSE(alpha=2.5)
    assert loss.alpha.item() == pytest.approx(2.5)
    omega = torch.randn(3, 1, 5, 5)
    expected = ((expit(2.5 * omega.numpy()) - R.numpy()) ** 2).mean()
    assert loss(omega, R, ALL).item() == pytest.approx(expected, rel=1e-5)


def test_selective_mse_learns_its_scale():
    """Pitfall 1: in the authors' code the scale has no gradient at all. Here it grows on a map of the right sign and stays positive."""
    loss = SelectiveMSE()
    omega = 2 * R - 1
    loss(omega, R, ALL).backward()
    assert loss.log_alpha.grad < 0
    loss.log_alpha.data.fill_(-30)
    assert loss.alpha > 0


def test_004_07_the_heat_map_is_sampled_first_and_divided_by_its_maximum_then_as_in_the_program():
    """OpenCV blurs the samples; every eighth pixel is kept (a small picture: the program keeps every 64th), and the highest is made 1."""
    rng = np.random.default_rng(0)
    samples = rng.normal((75, 90), 20, (12, 2))
    dots = np.zeros((192, 160), np.float32)
    np.add.at(dots, (samples[:, 1].astype(int), samples[:, 0].astype(int)), 1)
    kept = cv2.GaussianBlur(dots, (13, 13), 0)[::8, ::8]
    psi, omega = kept / kept.max(), rng.normal(size=kept.shape)
    heat, evidence = torch.from_numpy(gaze_map(samples.tolist(), dots.shape, 12))[None, None], torch.from_numpy(omega)[None, None]
    expected = ((expit(omega) - psi) ** 2).mean()
    loss = SelectiveMSE(sampled="nearest", renormalise=True)
    assert loss(evidence, heat, torch.tensor([True])).item() == pytest.approx(expected, rel=1e-5)
    assert SelectiveMSE(sampled="nearest")(evidence, heat, torch.tensor([True])).item() != pytest.approx(expected, rel=1e-3), "otherwise"


def test_a_region_of_zeros_stays_zero_when_its_highest_value_would_be_made_one():
    loss = SelectiveMSE(renormalise=True)
    assert loss(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 4, 4), torch.tensor([True])).item() == 0.25
