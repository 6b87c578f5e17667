from __future__ import annotations

import numpy as np
import pytest

from sightline.data.annotation import render
from sightline.data.sets.phantom_ultrasound import read
from sightline.phantom.us_parts import PARTS
from sightline.phantom.us_scene import ARTEFACTS

SIZE = 96


@pytest.mark.parametrize("part", PARTS)
def test_regions_are_where_their_names_say(part: str) -> None:
    for record in read(train=6, val=0, test=0, correlation=1):
        region = record.regions[part]
        there = part not in ARTEFACTS or record.tags[part]
        assert (region[0].kind == "mask") == there
        if there:
            drawn = render(region, (SIZE, SIZE), where=part)
            assert drawn is not None
            middle = float((drawn.sum(1) @ np.arange(SIZE)) / drawn.sum()) / SIZE
            assert {"skin": middle < 0.1, "muscle": middle > 0.75}.get(part, 0.1 < middle < 0.97)
