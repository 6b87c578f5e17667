from __future__ import annotations

import pytest
import torch
from linear import Linear, look_of, small

from sightline.losses.rrr import rrr
from sightline.losses.rrr_smooth import SmoothRightReasons, largest_change, perturbed


def test_perturbations_stay_in_their_area_and_in_range():
    images, area = torch.rand(2, 3, 4, 4), torch.zeros(2, 1, 4, 4)
    area[:, :, 2:] = 1
    made = perturbed(images, area, 0.2, 50)
    assert made.shape == (50, 2, 3, 4, 4)
    assert torch.equal(made[..., :2, :], images.expand_as(made)[..., :2, :])
    change = made[..., 2:, :] - images[..., 2:, :]
    assert 0.15 < change.abs().max() <= 0.2 + 1e-6
    assert 0 <= made.min() <= made.max() <= 1
    assert len({float(c) for c in change[:, 0, 0, 0, 0]}) == 50


@pytest.mark.parametrize("kind", ["mean", "max"])
def test_smoothing_agrees_with_literal_loops(kind):
    model, some = Linear(), small(2)
    torch.manual_seed(9)
    value = SmoothRightReasons(kind=kind, samples=3, noise=0.5)(model, look_of(model, some), some)
    torch.manual_seed(9)
    around, total = perturbed(some.images, 1 - some.roi, 0.5, 3), 0.0
    here = model.gradients(some.images).detach()
    there = [model.gradients(x).detach() for x in around]
    for i in range(2):
        for c in range(3):
            for y in range(6):
                for x in range(6):
                    if not some.roi[i, 0, y, x]:
                        at = [float(g[i, c, y, x]) for g in there]
                        change = max(abs(g - float(here[i, c, y, x])) for g in at)
                        total += change**2 if kind == "max" else sum(g**2 for g in at) / 3
    assert value.item() == pytest.approx(total / 2)


def test_the_largest_change_is_blind_to_a_gradient_that_is_the_same_everywhere():
    same = torch.randn(1, 2, 3, 4, 4).expand(4, 2, 3, 4, 4)
    assert not rrr(largest_change(same), torch.ones(2, 1, 4, 4)).any()
    assert rrr(same[0], torch.ones(2, 1, 4, 4)).all()
