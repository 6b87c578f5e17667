from __future__ import annotations

import numpy as np
from laid import SIZE, gap, laid, lesions
from scipy.ndimage import label

from sightline.phantom.gel import paint_gel
from sightline.phantom.place import GAP


def test_bubbles_are_one_to_four_discs_with_a_bright_spot_beside_the_lesion() -> None:
    counts = set()
    for seed, outline in lesions(12):
        layer = laid(lambda rng, outline=outline: paint_gel(rng, outline, SIZE), seed)
        count = label(layer.cover > 0)[1]
        assert 1 <= count <= 4
        counts.add(count)
        assert gap(layer, outline) > 0.8 * GAP
        spot = (layer.cover > 0.8) & (layer.colour.mean(2) > 0.8)
        assert 0 < spot.sum() < 0.2 * (layer.cover > 0).sum()
    assert len(counts) > 1


def test_a_bubble_is_clear_in_its_middle_and_dark_on_its_rim() -> None:
    (seed, outline), *_ = lesions(1)
    layer = paint_gel(np.random.default_rng(seed), outline, 128)
    body = (layer.cover > 0.1) & (layer.cover < 0.3)
    dark = (layer.colour.mean(2) < 0.5) & (layer.cover > 0.3)
    assert body.sum() > dark.sum() > 0
