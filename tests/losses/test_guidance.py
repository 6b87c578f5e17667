"""What guidance losses share: the size at which maps meet, the choice of the map, what a batch lacks."""

from __future__ import annotations

import pytest
import torch
from tiny import batch
from torch.nn import functional

from sightline.errors import UserError
from sightline.losses.avoid import Avoid
from sightline.losses.dice import Dice
from sightline.losses.energy import Energy
from sightline.losses.guidance import resize
from sightline.losses.l2 import L2
from sightline.losses.pixel_ce import PixelCrossEntropy
from sightline.types import Look


def test_area_pooling_keeps_the_area_and_small_regions():
    roi = torch.zeros(1, 1, 32, 32)
    roi[0, 0, 5, 9] = 1
    small = resize(roi, (4, 4))
    assert small[0, 0, 0, 1] == pytest.approx(1 / 64)
    assert small.sum() == pytest.approx(1 / 64)
    assert resize(torch.rand(1, 1, 30, 20), (7, 7)).shape == (1, 1, 7, 7)
    assert resize(roi, (64, 64)).max() > 0.5


def test_the_map_is_chosen_by_name_and_by_class():
    own, other, every = torch.rand(2, 1, 4, 4), torch.rand(2, 1, 8, 8), torch.rand(2, 3, 4, 4)
    look = Look(torch.rand(2, 3), {"cam": own, "gate": other}, {"cam": every}, {"cam": "evidence", "gate": "unit"})
    assert L2().attention(look) == (own, "evidence")
    assert L2(map="gate").attention(look) == (other, "unit")
    assert L2(classes="all").attention(look) == (every, "evidence")
    assert L2(classes="all", map="gate").attention(look) == (other, "unit")  # class-agnostic: the same for all
    with pytest.raises(UserError, match='Did you mean "gate"'):
        L2(map="gates").attention(look)
    with pytest.raises(UserError, match="no map"):
        L2().attention(Look(torch.rand(2, 3), {}))


def test_a_unit_map_is_never_squashed_twice():
    roi = batch(2).roi
    for squash in ("sigmoid", "minmax", "max", "relu"):
        assert L2(squash=squash)(roi, roi, torch.ones(2, dtype=torch.bool), "unit") == 0
    assert L2(squash="sigmoid")(roi, roi, torch.ones(2, dtype=torch.bool), "evidence") > 0.1


def test_each_loss_reads_its_own_map_of_the_batch():
    some = batch(2)
    assert L2().region(some)[0] is some.roi
    assert Avoid().region(some)[0] is some.avoid
    assert Avoid().region(some)[1] is some.avoid_known


def test_what_a_batch_lacks_is_said():
    assert L2().missing(batch(2)) is None
    assert L2().missing(batch(2, known=[False, False])) == "no image has a known ROI"
    healthy = batch(2)
    healthy.roi.zero_()
    assert L2().missing(healthy) is None  # known and empty: the map should be dark
    assert Energy().missing(healthy) == "no image has a known ROI"
    assert Avoid(erode=4).missing(batch(2, size=8)) == "no image has an area to avoid"  # eroded away
    healthy.avoid.zero_()
    assert Avoid().missing(healthy) == "no image has an area to avoid"


def test_an_image_with_nothing_marked_does_not_thin_out_the_energy_of_the_others():
    some = batch(3)
    some.roi[0] = 0
    attention = torch.randn(3, 1, 4, 4)
    torch.testing.assert_close(Energy()(attention, some.roi, some.known), Energy()(attention[1:], some.roi[1:], some.known[1:]))


def test_in_a_loop_of_ones_own_a_map_in_0_to_1_is_taken_as_it_is():
    """`dice(look.maps["gate"], roi, known)` means the same as it does in a recipe."""
    gate, roi = torch.rand(3, 1, 4, 4), torch.rand(3, 1, 8, 8)
    known = torch.ones(3, dtype=torch.bool)
    for loss in (Dice(), L2(), PixelCrossEntropy()):
        assert torch.equal(loss(gate, roi, known), loss(gate, roi, known, "unit"))


def test_in_a_loop_of_ones_own_raw_evidence_needs_a_squash():
    raw, roi, known = torch.randn(3, 1, 4, 4), torch.rand(3, 1, 8, 8), torch.ones(3, dtype=torch.bool)
    with pytest.raises(UserError, match="raw evidence"):
        L2()(raw, roi, known)
    assert torch.equal(L2(squash="minmax")(raw, roi, known), L2()(raw, roi, known, "evidence"))
    assert torch.equal(Energy()(raw, roi, known), Energy()(raw, roi, known, "evidence"))


def test_a_region_can_be_sampled_at_the_first_pixel_of_each_position():
    """As the program of GG-CAM does."""
    roi = torch.rand(2, 1, 8, 12)
    assert torch.equal(resize(roi, (2, 3), "nearest"), roi[..., ::4, ::4])
    loss = L2(sampled="nearest")
    maps = torch.rand(2, 1, 2, 3)
    expected = (maps - roi[..., ::4, ::4]).square().mean()
    torch.testing.assert_close(loss(maps, roi, torch.ones(2, dtype=torch.bool), "unit"), expected)


@pytest.mark.parametrize("size", [(8, 2), (2, 8)])
def test_a_map_that_is_larger_on_one_side_alone_gets_a_smooth_region(size):
    roi = torch.rand(1, 1, 4, 4)
    smooth = functional.interpolate(roi, size=size, mode="bilinear", align_corners=False)
    assert torch.equal(resize(roi, size), smooth)
    assert not torch.equal(smooth, functional.adaptive_avg_pool2d(roi, size))


def test_of_an_oblong_image_each_side_is_brought_to_its_own_size():
    roi = torch.rand(1, 1, 4, 16)
    torch.testing.assert_close(resize(roi, (4, 8)), roi.unflatten(3, (8, 2)).mean(4))
    torch.testing.assert_close(resize(roi.mT, (8, 4)), roi.mT.unflatten(2, (8, 2)).mean(3))


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_a_map_that_leaves_the_unit_interval_a_little_is_raw_evidence(value):
    maps, roi, known = torch.tensor([0.0, 1.0]).expand(1, 1, 2, 2).clone(), torch.ones(1, 1, 2, 2), torch.tensor([True])
    assert L2()(maps, roi, known) == 0.5, "0 and 1 are in the interval"
    maps[0, 0, 1, 1] = value
    with pytest.raises(UserError, match="this is raw evidence"):
        L2()(maps, roi, known)
    assert L2()(maps, roi, known, "evidence").isfinite()
