"""Outlines and runs of annotation files, drawn when they are needed."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from coco_files import change, coco_set, entry, roi

from sightline.data.sets.coco import read
from sightline.data.sets.outlines import PolygonsMask, RunsMask, outline
from sightline.errors import UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return coco_set(tmp_path)


def test_the_pieces_of_an_object_are_united(root: Path) -> None:
    expected = np.zeros((7, 10))
    expected[1:4, [0, 1, 2, 6, 7, 8]] = 1
    assert np.array_equal(roi(read(root)[0]), expected)


def test_pieces_too_thin_for_a_pixel_and_boxes_without_area_stop_nobody(root: Path) -> None:
    file = root / "annotations/instances_train2017.json"
    thin, line = [2.6, 2.6, 2.9, 2.6, 2.9, 2.9], [5, 5, 6, 5]
    change(file, annotations=[entry(7, 1, 1, [2.6, 2.6, 0.3, 0.3], [thin, line]), entry(8, 2, 1, [3, 3, 0, 2])])
    first, second = read(file)
    assert np.argwhere(roi(first)).tolist() == [[2, 2], [5, 5], [5, 6]]
    assert (second.label, second.annotations) == ("person", ())


def test_an_outline_outside_its_image_is_named(root: Path) -> None:
    file = root / "annotations/instances_train2017.json"
    change(file, annotations=[entry(7, 1, 1, [20, 20, 5, 5], [[20, 20, 25, 20, 25, 25]])])
    with pytest.raises(UserError, match=r"instances_train2017\.json annotation 7: its outline lies outside the image of 10 x 7"):
        roi(read(file)[0])


def test_outlines_travel_to_workers_and_equal_keys_mean_equal_pixels(root: Path) -> None:
    masks = [mark.source for r in read(root) for mark in r.annotations if mark.kind == "mask"]
    assert len({mask.key for mask in masks}) == len(masks) == 3  # type: ignore[union-attr]
    for mask in masks:
        copy = pickle.loads(pickle.dumps(mask))
        assert copy.key == mask.key  # type: ignore[union-attr]
        assert np.array_equal(copy.draw(), mask.draw())  # type: ignore[union-attr]


SQUARE = (2.0, 1.0, 6.0, 1.0, 6.0, 5.0, 2.0, 5.0)


def test_polygons_are_united_and_their_box_is_around_all_corners() -> None:
    mask = PolygonsMask("x", (7, 10), (SQUARE, (5.0, 4.0, 8.5, 4.0, 8.5, 6.0, 5.0, 6.0)))
    drawn = mask.draw()
    assert (drawn.dtype, set(np.unique(drawn))) == (np.uint8, {0, 255})
    expected = np.zeros((7, 10), bool)
    expected[1:5, 2:6] = expected[4:6, 5:8] = True
    assert np.array_equal(drawn > 0, expected)
    assert mask.bounds() == (2, 1, 8.5, 6)
    assert mask.key != PolygonsMask("x", (7, 10), (SQUARE,)).key != PolygonsMask("x", (10, 7), (SQUARE,)).key
    assert mask.key == PolygonsMask("elsewhere", mask.size, mask.polygons).key


def test_runs_go_down_the_columns() -> None:
    mask = RunsMask("x", (4, 3), (5, 2, 5))
    expected = np.zeros((4, 3), bool)
    expected[1:3, 1] = True
    assert np.array_equal(mask.draw() > 0, expected)
    assert mask.bounds() == (1, 1, 2, 3)
    assert RunsMask("x", (4, 3), (12,)).bounds() is None
    with pytest.raises(UserError, match="x: "):
        RunsMask("x", (4, 3), (5, 2)).draw()


@pytest.mark.parametrize("nested", [list(SQUARE), [list(SQUARE)], [[2, 1], [6, 1], [6, 5], [2, 5]], [[[2, 1], [6, 1], [6, 5], [2, 5]], []]])
def test_polygons_are_found_however_they_are_nested(nested: list[object]) -> None:
    assert outline(nested, (7, 10), "x") == PolygonsMask("x", (7, 10), (SQUARE,))


def test_what_an_outline_may_be() -> None:
    assert all(outline(nothing, (7, 10), "x") is None for nothing in (None, [], {}, "", [[]]))
    runs = {"size": [4, "3"], "counts": [5, "2", 5.0]}
    assert outline(runs, (7, 10), "x") == outline([runs], (7, 10), "x") == RunsMask("x", (4, 3), (5, 2, 5))
    for wrong, said in (
        ({"counts": [1]}, "neither polygons nor runs"),
        ([1, 2, 3], "of 3 numbers, but x and y come in pairs"),
        ([1, 2, [3, 4]], "numbers and lists in one list"),
        ({"size": [4, 3], "counts": None}, "runs that are neither a list nor a text"),
        ({"size": [4, "x"], "counts": []}, "x size: 'x' is not a number"),
    ):
        with pytest.raises(UserError, match=said):
            outline(wrong, (7, 10), "x")
