"""The printed equations of Zhu et al. 2022."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, R
from scipy.special import expit

from sightline.losses.selective_mse import SelectiveMSE


def test_selective_mse_follows_the_printed_equations():
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
