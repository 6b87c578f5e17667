from __future__ import annotations

import numpy as np
from laid import SIZE, gap, laid, lesions

from sightline.phantom.ink import paint_ink
from sightline.phantom.place import GAP


def test_ink_is_purple_worn_and_lies_beside_the_lesion() -> None:
    for seed, outline in lesions(16):
        layer = laid(lambda rng, outline=outline: paint_ink(rng, outline, SIZE), seed)
        red, green, blue = layer.colour
        assert blue > red > green
        assert gap(layer, outline) > 0.8 * GAP
        inked = layer.cover > 0.1
        assert 0.002 < inked.mean() < 0.2
        assert len(np.unique(layer.cover[layer.cover > 0.5].round(3))) > 1, "it is worn along the furrows"
