from __future__ import annotations

import numpy as np
import pytest
from drawn_figures import captions, kind
from invented_run import invent

from sightline.explain.figure.kind import Options
from sightline.explain.figure.masks import FRAME, GREY, _white, predicted


def test_001_23_masks_are_cut_at_the_threshold_and_judged_by_jaccard(tmp_path):
    run = invent(
        tmp_path / "unit", settings={"attention": {"name": "decoder"}, "losses.guidance": []}, maps=("decoder",), splits=("matched",)
    )
    look = run.attention("matched")
    rois = np.zeros((2, 12, 12))
    rois[0, :6] = 1
    found = predicted(run, "matched", look.ids[:2], rois)
    assert (found.masks == (look.maps["decoder"][:2] >= 0.5)).all()
    inside = (found.masks[0] & (rois[0] > 0)).sum()
    assert found.overlap[0] == pytest.approx(inside / (found.masks[0] | (rois[0] > 0)).sum())
    shown = captions(kind("masks")([run, run], Options(split="matched", images=2)))
    assert any(c.startswith("(A)") for c in shown)
    assert any(c.startswith("(B)") for c in shown)


def test_001_26_a_mask_of_the_whole_image_has_a_frame_on_the_white_page(tmp_path):
    picture = _white(np.ones((12, 16), bool))
    assert (picture[FRAME:-FRAME, FRAME:-FRAME] == 255).all()
    assert picture.shape == (12 + 2 * FRAME, 16 + 2 * FRAME, 3)
    for edge in (picture[:FRAME], picture[-FRAME:], picture[:, :FRAME], picture[:, -FRAME:]):
        assert (edge == GREY).all()
