"""What is painted out is filled from its surroundings, without a seam."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve
from skins import disc, skin

from sightline.data.counterfactual import paste
from sightline.data.inpaint import grain, inpaint, laplace, whole


def solved(pixels: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """The exact solution: each unknown pixel is the mean of its neighbours in the image."""
    height, width = unknown.shape
    number = {place: i for i, place in enumerate(zip(*np.nonzero(unknown), strict=True))}
    entries, right = [], np.zeros((len(number), pixels.shape[2]))
    for (row, column), i in number.items():
        around = [(row + a, column + b) for a, b in ((-1, 0), (1, 0), (0, -1), (0, 1))]
        around = [(r, c) for r, c in around if 0 <= r < height and 0 <= c < width]
        entries.append((i, i, len(around)))
        for place in around:
            if place in number:
                entries.append((i, number[place], -1))
            else:
                right[i] += pixels[place]
    rows, columns, values = zip(*entries, strict=True)
    matrix = coo_array((values, (rows, columns)), shape=(len(number),) * 2).tocsr()
    result = pixels.copy()
    result[unknown] = spsolve(matrix, right).reshape(right.shape)
    return result


@pytest.mark.parametrize(
    "unknown",
    [disc((45, 52), 25, 20, 9), disc((45, 52), 50, 2, 17), disc((45, 52), 9, 9, 6) | disc((45, 52), 30, 44, 14)],
    ids=["inside", "corner", "two"],
)
def test_filling_solves_laplaces_equation(unknown: np.ndarray) -> None:
    rows, columns = np.mgrid[:45, :52]
    pixels = np.stack([100 + 60 * np.sin(columns / 9), 2.0 * rows, 90 + 50 * np.cos((rows + columns) / 11)], axis=2)
    exact = solved(pixels, unknown)
    found = laplace(np.where(unknown[..., None], np.nan, pixels), unknown)
    assert np.array_equal(found[~unknown], pixels[~unknown])
    assert np.abs(found - exact)[unknown].max() < 5
    assert np.abs(found - exact)[unknown].mean() < 1.5


def test_a_slope_is_filled_with_itself() -> None:
    image = skin(noise=0)
    for mask in (disc((96, 96), 40, 50, 18), disc((96, 96), 90, 50, 20)):
        error = np.abs(inpaint(np.where(mask[..., None], 0, image).astype(np.uint8), mask).astype(int) - image)
        assert error.max() <= 6
        assert error[mask].mean() < 2


def test_what_is_painted_out_is_gone_without_a_seam() -> None:
    image = skin()
    pasted, mask = paste(image, "band_aid", np.random.default_rng(3))
    found = inpaint(pasted, mask)
    outside = ~binary_dilation(mask, np.ones((3, 3)))
    assert np.array_equal(found[outside], pasted[outside])
    assert np.abs(found.astype(int) - image)[mask].mean() < 6
    edge = mask & ~binary_erosion(mask, border_value=1)
    assert np.abs(found.astype(int) - image)[edge].mean() < 4
    assert grain(found, ~mask) == pytest.approx(grain(image, ~mask), rel=0.35)
    assert np.array_equal(found, inpaint(pasted, mask))


def test_nothing_to_fill_and_nothing_to_fill_from_leave_the_image() -> None:
    image = skin((20, 30))
    assert np.array_equal(inpaint(image, np.zeros((20, 30), bool)), image)
    assert np.array_equal(inpaint(image, np.ones((20, 30), bool)), image)


def test_a_large_image_is_filled_quickly() -> None:
    image, mask = skin((256, 256)), disc((256, 256), 250, 128, 80)
    inpaint(image, mask)
    start = time.process_time()
    inpaint(image, mask)
    assert time.process_time() - start < 0.6  # 0.15 on an idle machine


def test_a_mask_found_by_a_model_is_made_whole() -> None:
    plaster, speck = disc((100, 100), 95, 50, 25), disc((100, 100), 20, 20, 2)
    pad = disc((100, 100), 99, 50, 9)
    holes = np.random.default_rng(0).random((100, 100)) < 0.05
    found = whole((plaster & ~pad & ~holes) | speck, convex=True)
    assert found[plaster].all()
    assert not found[speck].any()
    assert not found[~disc((100, 100), 95, 50, 30)].any()
    ring = disc((100, 100), 50, 50, 30) & ~disc((100, 100), 50, 50, 25)
    assert whole(ring & ~holes)[ring].all()
    assert not whole(ring)[50, 50]  # the finding may lie there
    assert not whole(np.zeros((9, 9), bool)).any()
