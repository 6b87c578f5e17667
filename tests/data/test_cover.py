"""Covering: how regions grow and fade, and what fills them."""

from __future__ import annotations

import pytest
import torch

from sightline.data.cover import grown, widen, widened, without_region


def test_a_widened_region_keeps_itself_whole_and_fades_out():
    roi = torch.zeros(1, 1, 21, 21)
    roi[..., 9:12, 9:12] = 1
    wide = widen(roi, 2)
    assert (wide[roi > 0] == 1).all()
    row = wide[0, 0, 10].tolist()
    assert row[:10] == sorted(row[:10])
    assert 0 < row[6] < 1
    assert row[4] == 0  # 9 - 2 * 2 - 1
    assert torch.equal(widen(roi, 0), roi)
    assert torch.equal(widen(torch.ones(1, 1, 5, 5), 2), torch.ones(1, 1, 5, 5))


def test_the_partner_s_own_region_is_covered_by_its_background_s_mean_colour():
    image, region = torch.full((1, 3, 4, 4), 0.25), torch.zeros(1, 1, 4, 4)
    region[..., 1:3, 1:3] = 1
    marked = image * (1 - region) + region  # white region on grey
    torch.testing.assert_close(without_region(marked, region), image)
    assert torch.isfinite(without_region(marked, torch.ones_like(region))).all()


@pytest.mark.parametrize(("pixels", "feather"), [(0, 3), (1, 3), (3, 1), (3, 0)])
def test_a_seam_of_its_own_width_leaves_the_region_whole(pixels, feather):
    roi = torch.zeros(1, 1, 31, 31)
    roi[..., 13:18, 13:18] = 1
    wide = widen(roi, pixels, feather)
    assert (wide[roi > 0] == 1).all()
    faded = ((wide > 0) & (wide < 1))[0, 0, 15, :15].sum()
    assert faded == 2 * feather
    torch.testing.assert_close(widened(roi, 0.1, 0.1), widen(roi, 3))
    assert torch.equal(widen(roi, 2, 2), widen(roi, 2))


def test_regions_grow_by_a_share_of_their_own_radius():
    roi = torch.zeros(3, 1, 64, 64)
    roi[0, :, 30:34, 30:34], roi[1, :, 22:42, 22:42] = 1, 1
    wider = grown(roi, 0.5).sum((1, 2, 3)).sqrt().tolist()
    assert wider == [4 + 2 * 1, 20 + 2 * 6, 0]  # radii 2.3 and 11.3
    assert grown(roi, 0) is roi
