"""Deletion and insertion know a good map from a bad one, and sparse maps do no harm (pitfall 24)."""

from __future__ import annotations

import numpy as np
from readers import CORNER, INSIDE, SAMPLING, Reader, pictures

from sightline.audit.budget import Budget
from sightline.audit.perturbation import area_under, deletion_insertion, grid, ranks


def curves(reader, count=12, steps=8):
    return deletion_insertion(reader, pictures(count), Budget(60), 1, SAMPLING, steps)


def test_a_map_of_what_is_read_beats_random_and_centre_order_and_one_of_another_place_does_not():
    right, wrong = curves(Reader(CORNER)), curves(Reader(CORNER, marks=INSIDE))
    assert right.deletion.minus_random.high < 0 < right.insertion.minus_random.low
    assert right.deletion.minus_centre.high < 0 < right.insertion.minus_centre.low
    assert wrong.deletion.map.value > right.deletion.map.value + 0.1
    assert not wrong.deletion.minus_random.high < 0


def test_all_orders_share_their_ends_and_begin_with_the_whole_image():
    found = curves(Reader(INSIDE))
    for kind in (found.deletion, found.insertion):
        ends = {(round(c[0], 9), round(c[-1], 9)) for c in kind.curves.values()}
        assert len(ends) == 1
    assert found.deletion.curves["map"][0] == found.insertion.curves["map"][-1]


def test_a_sparse_map_covers_as_many_cells_as_any_other():
    sparse = np.zeros((50, 6, 6))
    sparse[:, 2, 3] = 1
    turn = ranks(sparse, np.random.default_rng(0))
    assert np.array_equal(np.sort(turn.reshape(50, -1), axis=1), np.tile(np.arange(36), (50, 1))), "each cell has one turn"
    assert (turn[:, 2, 3] == 0).all()
    others = np.delete(turn.reshape(50, -1), 15, axis=1)
    assert len({tuple(row) for row in others}) == 50, "ties are broken at random"
    assert abs(others.mean(axis=0) - 18).max() < 6
    assert np.array_equal(turn, ranks(sparse, np.random.default_rng(0))), "and the same with the same seed"


def test_ranks_follow_the_values():
    values = np.random.default_rng(1).random((3, 5, 4))
    turn = ranks(values, np.random.default_rng(0))
    assert np.array_equal(np.argsort(turn.reshape(3, -1)), np.argsort(-values.reshape(3, -1)))


def test_areas_are_those_of_numpy():
    some = np.random.default_rng(0).random((4, 9))
    assert np.allclose(area_under(some), np.trapezoid(some, dx=1 / 8, axis=1))


def test_fine_maps_are_brought_to_cells_and_undefined_ones_do_not_spread():
    assert grid(np.ones((2, 112, 90), np.float32)).shape == (2, 28, 28)
    broken = np.full((1, 4, 4), np.nan, np.float32)
    assert not grid(broken).any()
