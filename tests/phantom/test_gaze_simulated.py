from __future__ import annotations

import numpy as np
import pytest
from laid import lesions

from sightline.phantom.gaze import simulate_gaze


def test_the_eyes_start_in_the_middle_and_rest_on_the_lesion_for_the_most_part() -> None:
    for seed, outline in lesions(12):
        x, y, seconds = simulate_gaze(np.random.default_rng(seed), outline, 100).T
        assert 1 + 8 + 4 + 2 <= len(x) <= 1 + 13 + 7 + 4
        assert (x[0], y[0]) == pytest.approx((50, 50), abs=6)
        assert 0 <= min(x.min(), y.min()) <= max(x.max(), y.max()) < 100
        assert seconds.min() > 0
        distance, border = outline.polar((y / 100).astype(np.float32), (x / 100).astype(np.float32))
        on_it = distance < border + 0.05
        assert seconds[on_it].sum() > 0.7 * seconds.sum()


def test_places_grow_with_the_image_and_times_stay() -> None:
    (seed, outline), *_ = lesions(1)
    small, large = (simulate_gaze(np.random.default_rng(seed), outline, size) for size in (50, 200))
    assert large[:, :2] == pytest.approx(4 * small[:, :2])
    assert (large[:, 2] == small[:, 2]).all()
