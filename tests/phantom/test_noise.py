from __future__ import annotations

import numpy as np
import pytest

from sightline.phantom.noise import field


def test_noise_fields_have_unit_variance_and_the_same_shape_at_every_size() -> None:
    small, large = (field(np.random.default_rng(0), size, 12) for size in (96, 384))
    assert np.corrcoef(small.ravel(), large[2::4, 2::4].ravel())[0, 1] > 0.99
    assert np.mean([field(np.random.default_rng(i), 96, 12).std() for i in range(20)]) == pytest.approx(1, abs=0.1)
