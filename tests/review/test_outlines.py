"""Outlines are the regions that they came from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sightline.data.annotation import polygon_map
from sightline.metrics.scores.localisation import jaccard, upsample
from sightline.review.outlines import Outline, contour, dice, marked, outlines, start


def drawn(found: list[Outline], size: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(size, bool)
    for outline in found:
        mask ^= polygon_map(outline, size) > 0
    return mask


@pytest.fixture
def blobs() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    soft = [gaussian_filter(rng.random((40, 60)), 3) for _ in range(10)]
    return [*(one > np.median(one) for one in soft), rng.random((9, 7)) > 0.5]


def test_an_outline_drawn_again_is_the_region(blobs: list[np.ndarray]) -> None:
    for mask in blobs[:-1]:
        assert dice(drawn(outlines(mask), mask.shape), mask) > 0.99
    for mask in blobs:  # with holes, and pixels that touch at a corner
        assert (drawn(outlines(mask, 0), mask.shape) == mask).all()


def test_what_is_marked_is_what_is_scored() -> None:
    raw = np.random.default_rng(1).normal(0, 1, (5, 5)).astype(np.float32)
    roi = np.zeros((40, 40), np.float32)
    roi[10:30, 5:25] = 1
    mask = marked(raw, 0.6, (0, 0, 40, 40), (40, 40))
    overlap = (mask & (roi > 0)).sum() / (mask | (roi > 0)).sum()
    assert overlap == pytest.approx(jaccard(upsample(raw[None], (40, 40)), roi[None], 0.6)[0])


def test_a_map_that_says_nothing_marks_nothing() -> None:
    for raw in (np.full((3, 3), -1.0), np.ones((3, 3)), np.full((3, 3), np.nan)):
        assert not marked(raw, 0.0, (0, 0, 9, 9), (9, 9)).any()
        assert contour(raw, 0.0, (0, 0, 9, 9), (9, 9)) == []


def test_nothing_is_marked_where_the_network_saw_nothing() -> None:
    raw = np.array([[0.0, 1.0], [0.0, 1.0]])
    mask = marked(raw, 0.5, (5, 0, 15, 10), (10, 20))
    assert mask[:, 10:15].all()
    assert not mask[:, 15:].any()


def test_contours_of_large_pictures_are_in_their_own_pixels() -> None:
    raw = np.zeros((2, 2))
    raw[0, 0] = 1
    ((outline),) = contour(raw, 0.9, (0, 0, 4096, 2048), (2048, 4096))
    large = np.array(outline)
    assert large.min() == 0
    assert large[:, 0].max() == pytest.approx(1200, rel=0.05)


def test_an_outline_to_start_from_has_few_corners_and_no_holes() -> None:
    y, x = np.mgrid[:32, :32] - 15.5
    ring = np.exp(-((np.hypot(x, y) - 9) ** 2) / 8)
    ring[1, 1] = 0.9  # a speck
    where, size = (0, 0, 320, 320), (320, 320)
    assert len(contour(ring, 0.5, where, size)) == 3
    (found,) = start(ring, 0.5, where, size)
    assert 8 < len(found) < 40
    around = marked(ring, 0.5, where, size) | (np.hypot(*(np.mgrid[:320, :320] - 159.5)) < 90)
    assert dice(drawn([found], size), around) > 0.97
    assert start(-ring - 1, 0.5, where, size) == []


def test_dice() -> None:
    a, b = np.array([1, 1, 0], bool), np.array([0, 1, 1], bool)
    assert (dice(a, b), dice(a, a), dice(~(a | ~a), ~(a | ~a))) == (0.5, 1.0, None)
