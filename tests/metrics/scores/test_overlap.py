"""Overlap of units with concepts, and what chance reaches (002-21)."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from sightline.metrics.scores.overlap import concept_overlap, thresholds

RNG = np.random.default_rng(0)


def blobs(n: int, side: int = 16, size: int = 4) -> np.ndarray:
    """(n, side, side) squares at random places."""
    found = np.zeros((n, side, side), np.float32)
    for image, (y, x) in zip(found, RNG.integers(0, side - size, (n, 2)), strict=True):
        image[y : y + size, x : x + size] = 1
    return found


def test_the_threshold_is_exceeded_at_the_share_asked_for() -> None:
    maps = RNG.normal(size=(10, 3, 20, 20)) * np.array([1, 5, 0.1])[:, None, None]
    limits = thresholds(maps, 0.05)
    assert (maps > limits[:, None, None]).mean((0, 2, 3)) == pytest.approx([0.05] * 3, abs=1e-3)


def test_iou_is_scikit_learns_jaccard_over_all_images_together() -> None:
    maps, concepts = RNG.normal(size=(6, 2, 16, 16)).astype(np.float32), np.stack([blobs(6), blobs(6, size=7)], axis=1)
    found = concept_overlap(maps, concepts, np.ones((6, 2), bool), top=0.2, shuffles=2)
    active = maps > thresholds(maps, 0.2)[:, None, None]
    for k in range(2):
        for c in range(2):
            assert found.iou[k, c] == pytest.approx(jaccard_score(concepts[:, c].ravel() > 0, active[:, k].ravel()))


def test_a_unit_that_shows_the_concept_is_beyond_chance_and_noise_is_not() -> None:
    concept = blobs(40)
    maps = RNG.normal(size=(40, 12, 16, 16))
    maps[:, 5] += 3 * concept
    found = concept_overlap(maps, concept[:, None], np.ones((40, 1), bool), top=concept.mean())
    assert (found.iou[:, 0] > found.level[0]).tolist() == [k == 5 for k in range(12)]
    assert found.iou[5, 0] > 0.6
    assert found.expected[5, 0] < 0.1


def test_a_unit_of_the_middle_is_not_named_after_what_lies_in_the_middle() -> None:
    """Lesions lie in the middle of every image: overlap with them proves nothing unless it follows the lesion of *this* image."""
    y, x = np.mgrid[:16, :16] - 7.5
    concept = np.stack([(np.hypot(y - dy, x - dx) < 5) for dy, dx in RNG.normal(0, 1, (40, 2))]).astype(np.float32)
    maps = -np.hypot(y, x)[None, None].repeat(40, 0) + RNG.normal(0, 0.3, (40, 1, 16, 16))
    found = concept_overlap(maps, concept[:, None], np.ones((40, 1), bool), top=concept.mean())
    assert found.iou[0, 0] > 0.5
    assert found.iou[0, 0] < found.level[0] + 0.02
    assert found.expected[0, 0] == pytest.approx(found.iou[0, 0], abs=0.03)


def test_of_many_units_of_noise_hardly_any_is_named() -> None:
    named = 0
    for _ in range(10):
        found = concept_overlap(RNG.normal(size=(20, 64, 4, 4)), blobs(20)[:, None], np.ones((20, 1), bool), shuffles=19)
        named += bool((found.iou[:, 0] > found.level[0]).any())
    assert named <= 2, "at most one in twenty is expected, although 64 units are tried"


def test_images_that_say_nothing_about_a_concept_are_left_out() -> None:
    maps, concept = RNG.normal(size=(8, 3, 16, 16)).astype(np.float32), blobs(8)[:, None]
    known = np.arange(8)[:, None] < 5
    some = concept_overlap(maps, concept, known, top=0.1, shuffles=2)
    limits = thresholds(maps, 0.1)[:, None, None]
    inside = ((maps > limits) & (concept > 0))[:5].sum((0, 2, 3))
    union = ((maps > limits) | (concept > 0))[:5].sum((0, 2, 3))
    assert some.iou[:, 0] == pytest.approx(inside / union)


def test_small_maps_are_enlarged_and_soft_masks_count_in_part() -> None:
    maps = np.array([[[[0.0, 1.0]]]]).repeat(2, 2)  # (1, 1, 2, 2): active on the right
    concept = np.zeros((1, 1, 4, 4), np.float32)
    concept[..., 2:] = 0.5
    found = concept_overlap(maps, concept, np.ones((1, 1), bool), top=0.5)
    # threshold 0.5: two of four columns exceed it after enlarging; half of their area is marked
    assert found.iou[0, 0] == pytest.approx(4 / 8)
    assert np.isnan(found.level).all(), "one image has no other images"


def test_a_concept_that_no_image_shows_has_no_score_and_a_dead_unit_overlaps_with_nothing() -> None:
    maps = RNG.normal(size=(6, 2, 8, 8))
    maps[:, 1] = 0
    concepts = np.stack([np.zeros((6, 8, 8)), blobs(6, 8, 3)], axis=1).astype(np.float32)
    found = concept_overlap(maps, concepts, np.ones((6, 2), bool), shuffles=3)
    assert np.isnan(found.iou[:, 0]).all()
    assert found.iou[1, 1] == 0


def test_images_of_one_patient_are_not_other_images() -> None:
    concept = blobs(3).repeat(4, axis=0)[:, None]  # four pictures of each of three patients
    maps = concept + RNG.normal(0, 0.01, (12, 1, 16, 16))
    groups = [f"p{i // 4}" for i in range(12)]
    apart = concept_overlap(maps, concept, np.ones((12, 1), bool), top=float(concept.mean()), groups=groups)
    mixed = concept_overlap(maps, concept, np.ones((12, 1), bool), top=float(concept.mean()))
    assert apart.expected[0, 0] < mixed.expected[0, 0]


def test_one_image_alone_has_no_other_and_no_level() -> None:
    """So it is of images that are all of one patient."""
    maps, concept = RNG.normal(size=(2, 2, 16, 16)), blobs(2)[:, None]
    for n, groups in ((1, None), (2, ["p", "p"])):
        found = concept_overlap(maps[:n], concept[:n], np.ones((n, 1), bool), groups=groups)
        assert np.isfinite(found.iou).all()
        assert np.isnan(found.expected).all()
        assert found.expected.shape == (2, 1)
        assert np.isnan(found.level).tolist() == [True]
