"""004's criterion: the highest point of the enlarged map of the labelled class lies inside the organ."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.scores.localisation import pointing_share, points_into
from sightline.results.scores import Pointing


def peak(row: int, column: int, side: int = 4, low: float = 0.0) -> np.ndarray:
    found = np.full((side, side), low, np.float32)
    found[row, column] = low + 1
    return found


def box(rows: slice, columns: slice, size: tuple[int, int] = (16, 16)) -> np.ndarray:
    inside = np.zeros(size, bool)
    inside[rows, columns] = True
    return inside


def test_the_map_is_enlarged_before_its_maximum_is_taken() -> None:
    """A single high cell is lowered by its neighbours when pixels do not hit its middle; a plateau a little lower is not."""
    coarse = np.zeros((1, 6, 6), np.float32)
    coarse[0, 1, 1] = 3.0
    coarse[0, 3:, 3:] = 2.9
    assert coarse.argmax() == 1 * 6 + 1
    around_the_cell, plateau = box(slice(0, 6), slice(0, 6), (12, 12)), box(slice(6, 12), slice(6, 12), (12, 12))
    assert points_into(coarse, around_the_cell[None])[0] == 0
    assert points_into(coarse, plateau[None])[0] == 1


@pytest.mark.parametrize(("row", "column"), [(0, 3), (3, 0), (1, 2)])
def test_x_and_y_are_not_swapped_when_a_map_points(row: int, column: int) -> None:
    """Pitfall 25."""
    region = box(slice(4 * row, 4 * row + 4), slice(4 * column, 4 * column + 4))
    assert points_into(peak(row, column)[None], region[None])[0] == 1
    assert points_into(peak(column, row)[None], region[None])[0] == 0
    oblong = box(slice(8 * row, 8 * row + 8), slice(3 * column, 3 * column + 3), (32, 12))
    assert points_into(peak(row, column)[None], oblong[None])[0] == 1


@pytest.mark.parametrize("value", [0.0, 0.3, -2.0, np.nan, np.inf])
def test_a_constant_or_broken_map_never_hits_even_a_region_that_is_everywhere(value: float) -> None:
    """Pitfall 20."""
    dead = np.full((1, 4, 4), value, np.float32)
    assert points_into(dead, np.ones((1, 16, 16), bool))[0] == 0


def test_a_map_with_one_undefined_cell_misses() -> None:
    broken = peak(1, 1)
    broken[3, 3] = np.nan
    assert points_into(broken[None], np.ones((1, 16, 16), bool))[0] == 0


def test_only_the_order_counts_not_the_sign() -> None:
    region = box(slice(0, 8), slice(0, 8))
    for low in (-5.0, 0.0, 3.0):
        assert points_into(peak(0, 1, low=low)[None], region[None])[0] == 1
        assert points_into(peak(3, 3, low=low)[None], region[None])[0] == 0


def test_of_equal_maxima_the_share_inside_counts() -> None:
    two = np.maximum(peak(0, 0), peak(3, 3))
    assert points_into(two[None], box(slice(0, 8), slice(0, 8))[None])[0] == pytest.approx(0.5)


def test_004_20_equal_values_along_a_border_stay_equal_when_a_map_is_enlarged() -> None:
    """Enlarged eightfold, the highest cell of a corner fills 4 x 4 pixels, of which the region holds the outermost."""
    rng = np.random.default_rng(3)
    maps = rng.normal(size=(200, 5, 5)).astype(np.float32)
    maps[:, 4, 4] = maps.max(axis=(1, 2)) + rng.random(200).astype(np.float32)
    corner = np.repeat(box(slice(39, 40), slice(39, 40), (40, 40))[None], 200, axis=0)
    np.testing.assert_allclose(points_into(maps, corner), 1 / 16)


def test_an_empty_region_does_not_count_as_a_hit_or_a_miss() -> None:
    regions = np.stack([np.zeros((16, 16), bool), np.ones((16, 16), bool)])
    found = pointing_share(np.stack([peak(0, 0), peak(1, 1)]), regions, bootstrap=20)
    assert np.isnan(points_into(peak(0, 0)[None], regions[:1])[0])
    assert (found.value, found.n, found.chance) == (1, 1, 1)


def test_the_share_does_not_depend_on_how_many_maps_are_judged_at_a_time() -> None:
    """Pitfall 21."""
    rng = np.random.default_rng(0)
    maps, regions = rng.normal(size=(150, 5, 5)).astype(np.float32), rng.random((150, 20, 20)) < 0.4
    together = points_into(maps, regions)
    alone = np.concatenate([points_into(maps[i : i + 1], regions[i : i + 1]) for i in range(len(maps))])
    np.testing.assert_array_equal(together, alone)


def test_random_maps_reach_chance_which_is_the_regions_share_of_the_image() -> None:
    rng = np.random.default_rng(1)
    regions = np.repeat(box(slice(0, 16), slice(4, 12))[None], 1500, axis=0)
    found = pointing_share(rng.normal(size=(1500, 16, 16)).astype(np.float32), regions, bootstrap=200)
    assert found.chance == pytest.approx(0.5)
    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.07


def test_no_image_gives_no_share() -> None:
    found = pointing_share(np.empty((0, 4, 4), np.float32), np.empty((0, 16, 16), bool))
    assert found == Pointing(value=None, low=None, high=None, n=0, chance=None)


def test_004_20_the_highest_cell_may_miss_by_a_cell_in_any_direction() -> None:
    """As in the authors' program: on the map's own grid, the region sampled at the first pixel of each cell."""
    region = box(slice(4, 8), slice(4, 8))[None]  # the cell (1, 1) of 4 x 4
    hits = [points_into(peak(row, column)[None], region, within=1)[0] for row in range(4) for column in range(4)]
    assert [n for n, hit in enumerate(hits) if hit] == [4 * row + column for row in range(3) for column in range(3)]
    exactly = [points_into(peak(row, column)[None], region, within=0)[0] for row in range(4) for column in range(4)]
    assert [n for n, hit in enumerate(exactly) if hit] == [5]
    unseen = box(slice(5, 8), slice(5, 8))[None]  # misses the first pixel of every cell
    assert np.isnan(points_into(peak(1, 1)[None], unseen, within=1)[0])
    assert pointing_share(peak(1, 1)[None], region, within=1).chance == 9 / 16
