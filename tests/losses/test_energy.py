"""Energy inside the region: against the score of the same name, and where maps are faint or dead."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, R

from sightline.losses.avoid import Avoid
from sightline.losses.energy import FAINT, Energy, energy
from sightline.losses.outside import Outside
from sightline.metrics.scores.localisation import energy_inside


@pytest.mark.parametrize("shift", [0.0, -1.5])
def test_energy_is_one_minus_the_energy_based_pointing_game(shift):
    raw = torch.randn(20, 1, 6, 6) + shift
    roi = torch.rand(20, 1, 6, 6)
    expected = 1 - energy_inside(raw[:, 0].numpy(), roi[:, 0].numpy())
    positive = torch.relu(raw).sum((1, 2, 3)) >= FAINT * raw.abs().sum((1, 2, 3))
    assert positive.sum() >= 5
    torch.testing.assert_close(energy(raw, roi)[positive], torch.tensor(expected, dtype=torch.float32)[positive])


def test_energy_of_faint_maps_has_no_jump_and_no_exploding_gradient():
    """Close to no positive evidence the plain share has a gradient of 1 / (what is left)."""
    roi = torch.zeros(1, 1, 4, 4)
    roi[..., :2, :] = 1
    raw = -torch.rand(1, 1, 4, 4) - 0.5

    def at(level: float) -> tuple[float, float]:
        map = raw.clone()
        map[..., 0, 0] = map[..., 3, 3] = level / 2
        map.requires_grad_()
        value = energy(map, roi).sum()
        value.backward()
        return value.item(), map.grad.abs().max().item()

    assert at(1e-7)[0] == pytest.approx(at(-1e-7)[0], abs=1e-4)
    assert at(1e-7)[1] < 20
    border = FAINT * raw.abs().sum().item()
    assert at(border * 0.99)[0] == pytest.approx(at(border * 1.03)[0], abs=0.02)


def test_energy_of_a_dead_map_draws_even_negative_evidence_inside():
    roi = torch.zeros(1, 1, 4, 4)
    roi[..., :2, :] = 1
    inside, out = -roi - 0.01, -(1 - roi) - 0.01
    assert energy(inside, roi) < 0.1
    assert energy(out, roi) > 0.9
    assert energy(torch.zeros(1, 1, 4, 4), roi) == 1


@pytest.mark.parametrize("loss", [Energy(), Outside(relative=True), Avoid(relative=True)])
@pytest.mark.parametrize("factor", [1e-4, 10.0, 1e4])
def test_shares_of_the_evidence_are_blind_to_its_scale(loss, factor):
    raw = torch.randn(3, 1, 5, 5)
    torch.testing.assert_close(loss(raw * factor, R, ALL), loss(raw, R, ALL))
