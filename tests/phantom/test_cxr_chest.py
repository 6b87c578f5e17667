"""The measures of the phantom's chests."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.phantom.cxr_chest import SIDES, Chest, make_chest

SIZE = 96
CHESTS = [make_chest(np.random.default_rng(seed), enlarged=seed % 2 == 1) for seed in range(40)]


def test_only_enlarged_hearts_are_wider_than_half_of_the_thorax() -> None:
    normal, large = ([chest.cardiothoracic_ratio for chest in CHESTS[first::2]] for first in (0, 1))
    assert min(normal) >= 0.40
    assert max(normal) <= 0.475 + 1e-6
    assert min(large) >= 0.57 - 1e-6
    assert max(large) <= 0.68 + 1e-6


def test_nothing_but_the_heart_depends_on_whether_it_is_enlarged() -> None:
    normal, large = (make_chest(np.random.default_rng(5), enlarged) for enlarged in (False, True))
    for name in ("middle", "lean", "half", "apex", "domes", "mediastinum"):
        assert getattr(normal, name) == getattr(large, name)
    assert large.heart.area > normal.heart.area


def test_the_heart_is_about_as_wide_as_it_is_drawn_and_lies_more_on_the_images_right() -> None:
    for chest in CHESTS:
        inside = chest.heart.mask(SIZE)
        columns = np.flatnonzero(inside.any(0))
        assert len(columns) / SIZE / (2 * chest.half) == pytest.approx(chest.cardiothoracic_ratio, abs=0.03)
        assert inside[:, round(chest.middle * SIZE) :].sum() > inside.sum() / 2


@pytest.mark.parametrize("side", SIDES.values())
def test_a_lung_lies_on_its_side_inside_the_chest_wall_and_beside_the_heart(side: int) -> None:
    for chest in CHESTS[:8]:
        lung = chest.lung(SIZE, side)
        rows, columns = np.nonzero(lung)
        assert 0.04 < lung.mean() < 0.3
        assert (side * (columns.mean() / SIZE - chest.middle)) > 0.1
        assert rows.min() / SIZE > chest.apex - 0.02
        assert np.abs(columns / SIZE - chest.middle).max() < chest.half + 0.04
        assert not (lung & chest.heart.mask(SIZE)).any()


def test_depth_is_positive_inside_a_lung_and_falls_below_zero_at_its_borders() -> None:
    chest: Chest = CHESTS[0]
    y = np.array([0.4])
    medial, wall = chest.medial(y)[0], chest.wall(y)[0]
    middle = chest.midline(y)
    u = np.array([medial - 0.01, medial + 0.02, wall - 0.02, wall + 0.01])
    assert (np.sign(chest.depth(y, middle + u, 1)) == [-1, 1, 1, -1]).all()
    assert chest.depth(y, middle - u, -1) == pytest.approx(chest.depth(y, middle + u, 1), abs=1e-3)
    assert chest.depth(np.array([0.95]), middle + u[1], 1)[0] < 0, "below the diaphragm"
