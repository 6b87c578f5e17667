"""Regions on other backgrounds: who lends them, how many get one, and how they are pasted."""

from __future__ import annotations

import pytest
import torch
from tiny import batch

from sightline.losses.invariance import Invariance
from sightline.losses.swap import SwapLoss, compose, lenders, partners


@pytest.mark.parametrize("count", [2, 3, 7, 32])
def test_nobody_is_its_own_partner(count):
    for _ in range(20):
        partner = partners(count)
        assert sorted(partner.tolist()) == list(range(count))
        assert not (partner == torch.arange(count)).any()
    assert partners(1).tolist() == [0]


def test_partners_are_random_and_follow_the_seed():
    torch.manual_seed(1)
    first, second = partners(16), partners(16)
    torch.manual_seed(1)
    assert torch.equal(partners(16), first)
    assert not torch.equal(first, second)


def test_a_composite_is_one_s_region_on_the_other_s_background():
    images = torch.tensor([0.2, 0.8]).view(2, 1, 1, 1).repeat(1, 3, 4, 4)
    region = torch.zeros(2, 1, 4, 4)
    region[0, :, :2], region[1, :, 2:] = 1, 1
    images[1, :, 2:] = 0.1  # the second image's own region, which must not appear in the first
    made = compose(images, region, torch.tensor([1, 0]))
    torch.testing.assert_close(made[0, 0, :, 0], torch.tensor([0.2, 0.2, 0.8, 0.8]))
    torch.testing.assert_close(made[1, 0, :, 0], torch.tensor([0.2, 0.2, 0.1, 0.1]))


LABELS = torch.tensor([0, 1, 0, 1, 0, 1, 2])


def test_backgrounds_come_from_where_they_are_asked_for():
    for _ in range(20):
        other, own, any = (lenders(LABELS, kind) for kind in ("other", "own", "any"))
        assert (LABELS[other] != LABELS).all()
        assert torch.equal(LABELS[own], LABELS)
        assert (own[:6] != torch.arange(6)).all()
        assert own[6] == 6  # alone in its class: its own background
        assert (any != torch.arange(7)).all()
    assert torch.equal(lenders(LABELS, "self"), torch.arange(7))
    assert torch.equal(lenders(torch.zeros(3), "other"), torch.arange(3))


@pytest.mark.parametrize("kind", ["any", "other", "own"])
def test_a_second_background_is_another_one(kind):
    for _ in range(20):
        first = lenders(LABELS, kind)
        second = lenders(LABELS, kind, first[None])
        assert (second != first)[:6].all()


def test_three_versions_have_three_backgrounds():
    """Each image of five has four others."""
    for seed in range(20):
        torch.manual_seed(seed)
        first = lenders(torch.zeros(5), "any")
        second = lenders(torch.zeros(5), "any", first[None])
        third = lenders(torch.zeros(5), "any", torch.stack([first, second]))
        assert all(len({a, b, c, i}) == 4 for i, (a, b, c) in enumerate(zip(first.tolist(), second.tolist(), third.tolist(), strict=True)))


def test_the_default_draws_what_it_always_drew():
    """Trainings from before the other lenders are the same to the last bit."""
    some = batch(6, known=[True, True, False, True, True, True])
    torch.manual_seed(3)
    [made], chosen = SwapLoss(margin=0).swapped(some)
    torch.manual_seed(3)
    known = some.known
    assert torch.equal(made, compose(some.images[known], some.roi[known], partners(5)))
    assert chosen.tolist() == [0, 1, 3, 4, 5]


@pytest.mark.parametrize(("share", "count"), [(0.5, 4), (0.25, 2), (0.01, 1)])
def test_a_share_of_the_images_is_changed(share, count):
    some, seen = batch(9), set()
    some.roi[4] = 0
    for _ in range(20):
        [made], chosen = SwapLoss(share=share).swapped(some)
        assert len(made) == len(chosen) == len(set(chosen.tolist())) == count
        torch.testing.assert_close(made[:, :, :8, :8], some.images[chosen][:, :, :8, :8])
        seen |= set(chosen.tolist())
    assert seen == {0, 1, 2, 3, 5, 6, 7, 8}


def test_with_its_own_background_nothing_but_the_seam_is_new():
    some = batch(2)
    [made], _ = SwapLoss(lender="self", margin=0, feather=0.125).swapped(some)
    torch.testing.assert_close(made[..., :8, :8], some.images[..., :8, :8])
    torch.testing.assert_close(made[..., 13:, :], some.images[..., 13:, :])
    assert not torch.allclose(made[..., 9:11, :8], some.images[..., 9:11, :8])
    assert SwapLoss(lender="self").missing(batch(1)) is None
    assert SwapLoss(lender="own").missing(batch(1))


def test_the_region_grows_before_it_is_pasted():
    some = batch(4)  # regions of 8 x 8: radius 4.5
    [made], _ = SwapLoss(margin=0, grow=0.5).swapped(some)
    torch.testing.assert_close(made[..., :10, :10], some.images[..., :10, :10])
    assert not torch.allclose(made[..., 10:, :], some.images[..., 10:, :])


def test_a_filling_takes_the_place_of_the_lender_s_region():
    some = batch(2)
    some.roi[1] = some.roi[1].flip(2)  # what the first image's region does not hide
    torch.manual_seed(0)
    flat = SwapLoss(margin=0).swapped(some).images[0][0, :, :8, 8:]
    rough = SwapLoss(margin=0, fill="noise").swapped(some).images[0][0, :, :8, 8:]
    assert flat.std((1, 2)).max() < 1e-6
    assert rough.std((1, 2)).min() > 0.1


@pytest.mark.parametrize("loss", [SwapLoss(), Invariance(), SwapLoss(lender="other")])
def test_it_takes_two_images_to_change_the_background_of_one(loss):
    assert loss.missing(batch(known=[True, False, False, False])) == "fewer than two images have a known ROI"
    assert loss.missing(batch(known=[True, False, True, False])) is None
    assert SwapLoss(lender="self").missing(batch(known=[True, False, False, False])) is None
    one = batch(known=[True, True, False, False])
    one.roi[0] = 0
    assert loss.missing(one) is None, "an image without a region still lends its background"


def test_a_cloned_region_has_the_tones_of_its_new_surroundings_and_a_faded_one_its_own():
    some = batch(2, size=32)
    some.images[0], some.images[1] = 0.2, 0.8
    tones = {}
    for seam in ("fade", "cloned"):
        [made], chosen = SwapLoss(seam=seam, margin=0).swapped(some)
        assert chosen.tolist() == [0, 1]
        tones[seam] = [made[i, :, :14, :14].mean().item() for i in (0, 1)]
        assert made[0, :, 20:, 20:].mean().item() == pytest.approx(0.8)
    assert tones["fade"] == pytest.approx([0.2, 0.8])
    assert tones["cloned"] == pytest.approx([0.8, 0.2], abs=0.01)
