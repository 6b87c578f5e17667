"""Evidence outside the region."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, R

from sightline.losses.energy import Energy
from sightline.losses.outside import Outside, outside


def test_outside_counts_evidence_for_and_against_in_units_of_the_logit():
    raw = torch.tensor([[[[3.0, -1.0], [2.0, -6.0]]]])
    roi = torch.tensor([[[[1.0, 1.0], [0.0, 0.0]]]])
    assert outside(raw, roi).item() == pytest.approx((2 + 6) / 4)
    assert outside(raw, roi, relative=True).item() == pytest.approx(8 / 12)
    # a CAM's logit cannot change by more than this when all that lies outside is taken away
    assert abs(raw.mean() - (raw * roi).mean()) <= outside(raw, roi)


def test_weaker_evidence_lowers_the_plain_form_and_not_the_relative_one():
    raw, known = torch.randn(3, 1, 5, 5), ALL
    assert Outside()(raw / 10, R, known) < Outside()(raw, R, known) / 5
    torch.testing.assert_close(Outside(relative=True)(raw / 10, R, known), Outside(relative=True)(raw, R, known))


@pytest.mark.parametrize("loss", [Outside(), Outside(relative=True), Energy()])
def test_a_region_over_the_whole_image_leaves_nothing_outside(loss):
    """Pitfall 18, on the side of the loss."""
    assert loss(torch.rand(3, 1, 7, 7), torch.ones(3, 1, 30, 30), ALL).item() == pytest.approx(0, abs=1e-6)


def test_a_map_that_is_zero_everywhere_has_nothing_outside():
    assert outside(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4), relative=True).tolist() == [0.0]
