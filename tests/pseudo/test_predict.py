from __future__ import annotations

import numpy as np
import pytest

from sightline.pseudo.predict import mask, scored


def test_kept_and_dropped_ones_are_scored_apart():
    overlaps = np.array([[0.9, 0.8], [0.7, 0.6], [0.2, 0.1]])
    scores = scored(overlaps, np.array([True, True, False]), [None, None, None])
    assert [scores.n, scores.kept.n, scores.dropped.n] == [3, 2, 1]
    assert scores.dice.value == pytest.approx(0.6)
    assert scores.kept.dice.value == pytest.approx(0.8)
    assert scores.dropped.jaccard.value == pytest.approx(0.1)
    assert scored(overlaps[:1], np.array([True]), [None]).dropped.to_json() == {"n": 0}


def test_a_mask_has_the_size_of_the_image_and_its_border_where_the_probability_is_a_half():
    probability = np.tile(np.array([0, 0, 1, 1], np.float32), (4, 1))
    found = mask(probability, (8, 12))
    assert (found.shape, found.dtype) == ((8, 12), bool)
    np.testing.assert_array_equal(found, np.tile(np.arange(12) >= 6, (8, 1)))
