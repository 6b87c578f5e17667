"""Which predicted masks are kept, and the arithmetic of their scores."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.pseudo.quality import Quality, faults, overlap, quality
from sightline.pseudo.settings import Keep


def field(*boxes: tuple[int, int, int, int], inside: float = 0.9, outside: float = 0.05) -> np.ndarray:
    """(20, 20): boxes (top, bottom, left, right) of one probability on a ground of another."""
    found = np.full((20, 20), outside, np.float32)
    for top, bottom, left, right in boxes:
        found[top:bottom, left:right] = inside
    return found


def test_area_and_confidence_are_of_the_region_alone():
    seen = quality(field((5, 10, 5, 15), inside=0.8, outside=0.4))
    assert seen == Quality(area=50 / 400, confidence=pytest.approx(0.8), components=1)


def test_specks_are_no_pieces_but_a_second_region_is():
    assert quality(field((2, 12, 2, 12), (18, 20, 18, 20))).components == 1  # 4 of 100 pixels
    assert quality(field((2, 12, 2, 12), (14, 18, 14, 18))).components == 2  # 16 of 100
    assert quality(field((2, 12, 2, 12), (12, 20, 12, 20))).components == 1  # they touch at a corner


@pytest.mark.parametrize(
    ("probability", "why"),
    [
        (field((5, 15, 5, 15)), []),
        (field(), ["nothing found"]),
        (field((0, 1, 0, 1)), ["too small"]),
        (field((0, 20, 0, 20)), ["all of the image"]),
        (field((2, 8, 2, 8), (12, 18, 12, 18)), ["2 pieces"]),
        (field((5, 15, 5, 15), inside=0.6), ["unsure"]),
        (field((2, 8, 2, 8), (12, 18, 12, 18), inside=0.6), ["2 pieces", "unsure"]),
    ],
    ids=["kept", "empty", "small", "whole", "pieces", "unsure", "both"],
)
def test_a_mask_is_dropped_for_each_reason(probability, why):
    assert faults(quality(probability), Keep()) == why


def test_nothing_found_is_never_kept():
    assert faults(quality(field()), Keep(smallest=0, largest=1, components=9, confidence=0))


def test_overlap_agrees_with_counting():
    a, b = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    assert overlap(a, b) == (1, 1)
    a[:2], b[1:3] = True, True
    assert overlap(a, b) == (pytest.approx(8 / 16), pytest.approx(4 / 12))
    assert overlap(a, np.zeros_like(a)) == (0, 0)
