"""The page of the named units."""

from __future__ import annotations

import numpy as np
from cnn4_run import cnn4_run

from sightline.explain.units_page import Best, write_page
from sightline.results.units import ConceptUnit


def test_a_concept_of_too_few_images_says_so_in_place_of_a_number(tmp_path):
    run = cnn4_run(tmp_path / "run")
    facts = {"layer": "0", "number": 0, "unit": 1, "shown_in": 1, "named": False, "iou": 0.25}
    rare, common = (ConceptUnit(**facts, concept=name, expected=level, level=level) for name, level in (("plaster", None), ("hair", 0.125)))
    picture = np.zeros((16, 16, 3), np.uint8), np.ones((16, 16), np.float32)
    files = write_page(tmp_path, run, "test", 4, [Best(rare, {}, [picture]), Best(common, {}, [picture])], [], 0.05)
    page = files[0].read_text(encoding="utf-8")
    assert page.count("too few images to tell") == 2
    assert page.count("0.125") == 2
    assert "nan" not in page
