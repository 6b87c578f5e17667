from __future__ import annotations

import numpy as np
import pytest
from laid import SIZE, gap, laid, lesions

from sightline.phantom.place import GAP
from sightline.phantom.ruler import paint_ruler


def test_the_strip_lies_at_one_edge_beside_the_lesion_and_bears_marks() -> None:
    for seed, outline in lesions(12):
        layer = laid(lambda rng, outline=outline: paint_ruler(rng, outline, SIZE), seed)
        assert gap(layer, outline) > 0.6 * GAP, "its soft shadow reaches a little into the gap"
        strip = layer.cover > 0.6
        edges = (strip[:4], strip[-4:], strip[:, :4], strip[:, -4:])
        assert max(edge.any(axis=0).mean() if edge.shape[0] == 4 else edge.any(axis=1).mean() for edge in edges) > 0.5
        brightness = np.broadcast_to(layer.colour, (SIZE, SIZE, 3)).mean(2)[strip]
        assert np.ptp(brightness) > 0.3, "print and body differ"


@pytest.mark.parametrize("deep", [0.1, 0.25])
def test_a_strip_of_a_given_depth_is_as_deep_whatever_the_room(deep: float) -> None:
    for seed, outline in lesions(8, area=0.3):
        strip = paint_ruler(np.random.default_rng(seed), outline, SIZE, deep=deep).cover > 0.6
        across = [np.flatnonzero(strip.any(axis)) for axis in (0, 1)]
        assert min(np.ptp(places) + 1 for places in across) / SIZE == pytest.approx(deep, abs=0.06)
