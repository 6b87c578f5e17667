from __future__ import annotations

import numpy as np
import pytest

from sightline.config import Data
from sightline.data.augment import evaluation, prepare
from sightline.explain.window import put_back, window
from sightline.metrics.scores.localisation import upsample

KINDS = {
    "squash": {},
    "crop": {"fit": "crop"},
    "pad": {"fit": "pad"},
    "centre": {"centre": 0.8},
    "load size": {"load_size": 80},
    "crop and load size": {"fit": "crop", "load_size": 81},
    "pad and load size": {"fit": "pad", "load_size": 80},
}


@pytest.mark.parametrize("size", [(200, 120), (121, 203), (150, 150)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_window_is_what_the_data_room_cuts_out(kind, size):
    data = Data(image_size=64, **KINDS[kind])
    height, width = size
    y, x = np.mgrid[:height, :width]
    # a picture whose colours are its coordinates
    picture = np.stack([x * 250 / (width - 1), y * 250 / (height - 1), np.full(size, 255)], axis=2).round().astype(np.uint8)
    square = evaluation(data)([prepare(picture, [], data)[0]])[0].numpy().astype(float)  # (3, S, S)
    x0, y0, x1, y1 = window(size, data)
    centre = (np.arange(64) + 0.5) / 64
    expected_x, expected_y = x0 + centre * (x1 - x0) - 0.5, y0 + centre * (y1 - y0) - 0.5
    inside = square[2] == 255  # padding is grey
    inside[[0, -1]] = inside[:, [0, -1]] = False  # antialiasing bends the ramp at the very border
    rows, columns = np.nonzero(inside)
    assert len(rows) > 1000
    found_x, found_y = square[0] * (width - 1) / 250, square[1] * (height - 1) / 250
    tolerance = max(size) / 64
    error_x = found_x[rows, columns] - expected_x[columns]
    error_y = found_y[rows, columns] - expected_y[rows]
    assert np.abs(error_x).max() < tolerance
    assert np.abs(error_y).max() < tolerance
    assert abs(error_x.mean()) < 0.3
    assert abs(error_y.mean()) < 0.3


def test_a_map_comes_back_to_its_place_in_an_oblong_picture():
    spot = np.zeros((8, 8))
    spot[2, 6] = 1
    large = put_back(spot, (50, 0, 150, 100), (100, 200))
    assert np.isnan(large[:, :50]).all()
    assert np.isnan(large[:, 150:]).all()
    row, column = np.unravel_index(np.nanargmax(large), large.shape)
    assert (row, column) == pytest.approx((2.5 / 8 * 100 - 0.5, 50 + 6.5 / 8 * 100 - 0.5), abs=1)


def test_over_the_whole_picture_it_is_the_enlargement_that_the_scores_use():
    raw = np.random.default_rng(0).normal(size=(7, 7)).astype(np.float32)
    assert np.allclose(put_back(raw, (0, 0, 90, 60), (60, 90)), upsample(raw[None], (60, 90))[0], atol=1e-5)
