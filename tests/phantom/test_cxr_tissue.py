"""Soft tissue, bones and vessels of the chest phantom."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sightline.phantom.cxr_chest import SIDES, Chest, make_chest
from sightline.phantom.cxr_tissue import air, paint_body, paint_bones, paint_vessels, soft
from sightline.phantom.noise import Field

SIZE = 96
CHESTS = [make_chest(np.random.default_rng(seed), enlarged=False) for seed in range(5)]


def lungs(chest: Chest) -> Field:
    return np.asarray(chest.lung(SIZE, -1) | chest.lung(SIZE, 1))


def test_a_soft_step_is_a_half_on_the_border_and_symmetric() -> None:
    assert soft(np.array([-1.0, 0, 1.0]), 0.01) == pytest.approx([0, 0.5, 1])
    assert soft(np.array([0.01]), 0.01) + soft(np.array([-0.01]), 0.01) == pytest.approx([1])
    assert soft(np.array([0.01]), 0.01) == pytest.approx([0.9], abs=0.01)


def test_air_is_seen_in_the_lungs_and_hardly_through_the_heart() -> None:
    for chest in CHESTS:
        seen = air(chest, SIZE)
        assert 0 <= seen.min() < seen.max() <= 1
        assert seen[lungs(chest)].mean() > 0.9
        assert seen[chest.heart.mask(SIZE)].max() < 0.75
        assert seen[-5:].max() < 0.01


def test_lungs_absorb_less_than_what_lies_between_and_below_them() -> None:
    for seed, chest in enumerate(CHESTS):
        body = paint_body(np.random.default_rng(seed), chest, SIZE)
        assert 0 <= body.min() < body.max() < 1.6
        inside = lungs(chest)
        assert body[inside].mean() < 0.75 * body[chest.heart.mask(SIZE)].mean()
        assert body[inside].mean() < 0.75 * body[-8:, SIZE // 3 : -SIZE // 3].mean()
        assert body[:4, :4].max() < 0.05, "free air beside the neck"


def test_vessels_are_thickest_near_the_hila_and_fade_outwards() -> None:
    near = far = 0.0
    for seed, chest in enumerate(CHESTS):
        vessels = paint_vessels(np.random.default_rng(seed), chest, SIZE)
        assert 0 <= vessels.min() < vessels.max() < 2
        away = np.abs(np.arange(SIZE) / SIZE - chest.middle)
        rows = slice(round(0.35 * SIZE), round(0.5 * SIZE))
        near += vessels[rows][:, (away > 0.07) & (away < 0.13)].mean()
        far += vessels[rows][:, (away > 0.28) & (away < 0.34)].mean()
    assert near > 2 * far


def test_ribs_cross_both_lungs_and_vertebrae_the_middle() -> None:
    for seed, chest in enumerate(CHESTS):
        bones = paint_bones(np.random.default_rng(seed), chest, SIZE)
        assert 0 <= bones.min() < bones.max() < 0.8
        for side in SIDES.values():
            column = bones[:, round((chest.middle + side * 0.6 * chest.half) * SIZE)][10:70]
            crossings = ((column[1:-1] > column[:-2]) & (column[1:-1] >= column[2:])).sum()
            assert crossings > 5
        spine = bones[:, round(chest.middle * SIZE) - 2 : round(chest.middle * SIZE) + 3]
        assert spine.mean() > bones.mean()


@pytest.mark.parametrize("paint", [paint_body, paint_bones, paint_vessels])
def test_each_is_drawn_again_from_its_seed(paint: Callable[[np.random.Generator, Chest, int], Field]) -> None:
    one, same, other = (paint(np.random.default_rng(seed), CHESTS[0], SIZE) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
