"""Regions are covered without a trace of what was there, and moved to where nothing is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sightline.audit.covers import COVERS, blurred, boxes, covered, free_shift, moved


def region(side=24):
    mask = torch.zeros(1, 1, side, side)
    mask[..., 4:12, 6:9] = 1
    mask[..., 9, 9:14] = 1
    return mask


@pytest.mark.parametrize("how", COVERS)
def test_no_pixel_of_what_is_covered_shows_through(how):
    images, mask = torch.rand(1, 3, 24, 24), region()
    other = torch.where(mask > 0, torch.rand(1, 3, 24, 24), images)
    assert torch.allclose(covered(images, mask, how), covered(other, mask, how))
    assert torch.equal(torch.where(mask > 0, images, covered(images, mask, how)), images), "and the rest stays"


def test_the_blurred_cover_continues_what_is_near():
    images, mask = torch.zeros(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    images[..., 16:] = 1
    mask[..., 12:20, :] = 1
    found = covered(images, mask, "blur")[0, 0, 16]
    assert found[0] < 0.1 < 0.4 < found[16] < 0.75 < 0.9 < found[-1]
    assert covered(images, mask, "mean")[0, 0, 16].unique().allclose(torch.tensor([0.5]), atol=1e-5)


def test_blurring_keeps_an_even_colour_up_to_the_border():
    assert torch.allclose(blurred(torch.full((2, 3, 40, 40), 0.3)), torch.tensor(0.3), atol=1e-4)


def test_boxes_are_those_of_numpy():
    found = boxes(region())[0, 0].numpy() > 0
    rows, columns = np.nonzero(region()[0, 0].numpy())
    literal = np.zeros((24, 24), bool)
    literal[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    assert np.array_equal(found, literal)
    assert not boxes(torch.zeros(1, 1, 8, 8)).any()


def test_the_free_place_meets_as_little_as_any_place_does():
    rng = np.random.default_rng(0)
    for _ in range(5):
        mask, blocked = np.zeros((9, 12), bool), rng.random((9, 12)) < 0.4
        mask[1:4, 2:5] = True
        least = min((moved(mask, (y, x)) & blocked).sum() for y in range(9) for x in range(12))
        found = moved(mask, free_shift(mask, blocked, rng))
        assert (found & blocked).sum() == least
        assert found.sum() == mask.sum()
