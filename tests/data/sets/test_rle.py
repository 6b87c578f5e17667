"""Run-length masks, against texts that COCO's own tools (pycocotools 2.0) wrote for these masks."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.data.sets.rle import mask_of, runs_of, text_of
from sightline.errors import UserError


def small() -> np.ndarray:
    inside = np.zeros((7, 5), bool)
    inside[2:5, 1:4] = True
    inside[0, 0] = True
    return inside


def ellipse_and_stripe() -> np.ndarray:
    y, x = np.mgrid[:60, :90]
    inside = ((y - 30) / 20) ** 2 + ((x - 50) / 30) ** 2 < 1
    inside[:, 80:] = True
    return np.asarray(inside)


def far_corner() -> np.ndarray:
    inside = np.zeros((300, 400), bool)
    inside[-1, -1] = True
    return inside


ELLIPSE = "UX1;_14M2N2M4N0O2N2N2O0O2O0O2O0O2O0O2O00000O2O000000000000000000000000000000000001N1000001N101N101N101N101N2N2N102L3N2N3LYO]b0"
WRITTEN = {
    "0182L0005": small(),
    ELLIPSE: ellipse_and_stripe(),
    "06": np.ones((3, 2), bool),
    "oUe31": far_corner(),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_compressed_runs_give_the_mask_that_the_owners_tools_wrote(text: str) -> None:
    inside = WRITTEN[text]
    mask = mask_of(runs_of(text), (inside.shape[0], inside.shape[1]), "")
    assert mask.dtype == np.uint8
    assert np.array_equal(mask, inside * 255)
    assert text_of(inside) == text


def test_runs_go_down_the_columns_and_begin_outside() -> None:
    assert mask_of([1, 2, 3], (3, 2), "").tolist() == [[0, 0], [255, 0], [255, 0]]
    assert mask_of([0, 1, 5], (3, 2), "").tolist() == [[255, 0], [0, 0], [0, 0]]


@pytest.mark.parametrize("runs", [[1, 2], [3, 4], [7, -2, 1], []])
def test_runs_that_do_not_cover_the_image_are_refused(runs: list[int]) -> None:
    with pytest.raises(UserError, match=r"annotation 7: its runs cover .* pixels, but 2 x 3 are 6"):
        mask_of(runs, (3, 2), "annotation 7")
