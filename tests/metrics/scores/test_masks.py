"""Maps as predicted masks."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.scores.masks import mask_scores, predicted_masks

SIZE = (8, 8)


def region() -> np.ndarray:
    roi = np.zeros(SIZE, np.uint8)
    roi[2:6, 2:6] = 255
    return roi


def test_overlap_is_that_of_a_literal_count():
    rng = np.random.default_rng(0)
    maps = rng.random((5, *SIZE)).astype(np.float32)
    rois = np.stack([region()] * 5)
    found = mask_scores(maps, rois, np.ones(5, bool), bootstrap=20)
    wanted = []
    for attention, roi in zip(maps, rois, strict=True):
        marked = {(i, j) for i in range(8) for j in range(8) if attention[i, j] >= 0.5}
        inside = {(i, j) for i in range(8) for j in range(8) if roi[i, j]}
        wanted.append(len(marked & inside) / len(marked | inside))
    assert found.jaccard.value == pytest.approx(np.mean(wanted))
    assert found.dice.value == pytest.approx(np.mean([2 * j / (1 + j) for j in wanted]))


def test_masks_of_nothing_and_of_everything_are_counted():
    """001-26: at 25 % annotations some masks are empty, some cover the whole image; min-max would hide both."""
    empty, whole, right = np.full(SIZE, 0.3), np.full(SIZE, 0.9), region() / 255
    empty[0, 0] = 0.4
    found = mask_scores(np.stack([empty, whole, right, right]), np.stack([region()] * 4), np.ones(4, bool), bootstrap=20)
    assert found.empty.value == found.whole.value == 0.25
    assert found.jaccard.value == pytest.approx((0 + 16 / 64 + 1 + 1) / 4)


def test_001_26_a_mask_is_whole_from_95_percent_of_the_pixels_on():
    just, below = np.ones((10, 10)), np.ones((10, 10))
    just[0, :5], below[0, :6] = 0, 0
    found = mask_scores(np.stack([just, below]), np.ones((2, 10, 10), np.uint8) * 255, np.ones(2, bool), bootstrap=20)
    assert (found.whole.value, found.empty.value) == (0.5, 0)


def test_unknown_and_empty_regions_do_not_count_in_the_overlap():
    maps = np.stack([region() / 255] * 3)
    rois = np.stack([region(), np.zeros(SIZE, np.uint8), region()])
    found = mask_scores(maps, rois, np.array([True, True, False]), bootstrap=20)
    assert found.n == 1
    assert found.jaccard.value == 1


def test_coarse_maps_are_brought_to_the_image_first():
    coarse = np.zeros((1, 2, 2), np.float32)
    coarse[0, 0, 0] = 1
    masks = predicted_masks(coarse, (64, 64))
    assert masks.shape == (1, 64, 64)
    assert masks[0, 0, 0]
    assert not masks[0, :, 40:].any()


def test_bytes_count_as_marked_from_the_middle_on():
    maps, bytes_ = np.array([[[1.0, 0.0, 0.0, 0.0]]]), np.array([[[255, 128, 127, 0]]], np.uint8)
    for rois in (bytes_, np.array([[[1.0, 0.5, 0.499, 0.0]]])):
        assert mask_scores(maps, rois, np.ones(1, bool), bootstrap=20).jaccard.value == 0.5


def test_many_images_are_judged_as_one_by_one():
    maps = np.random.default_rng(0).random((130, 4, 4))
    rois, known = np.stack([region()] * 130), np.arange(130) % 3 > 0
    found = mask_scores(maps, rois, known, bootstrap=20)
    alone = [mask_scores(maps[i : i + 1], rois[:1], known[:1] | True, bootstrap=2) for i in range(130)]
    assert found.n == known.sum()
    assert found.jaccard.value == pytest.approx(np.mean([one.jaccard.value for one, there in zip(alone, known, strict=True) if there]))
    assert found.empty.value == pytest.approx(np.mean([one.empty.value for one in alone]))


def test_the_threshold_and_the_patients_are_heeded():
    maps = np.full((4, *SIZE), 0.6) * region() / 255
    rois = np.stack([region()] * 4)
    assert mask_scores(maps, rois, np.ones(4, bool), threshold=0.6, bootstrap=20).jaccard.value == 1
    assert mask_scores(maps, rois, np.ones(4, bool), threshold=0.61, bootstrap=20).jaccard.value == 0
    alike = mask_scores(maps, rois, np.ones(4, bool), groups=["a"] * 4, bootstrap=20)
    assert (alike.jaccard.interval, alike.empty.interval) == (None, None), "images of one patient cannot say how patients differ"
