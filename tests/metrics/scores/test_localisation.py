from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, jaccard_score

from sightline.metrics.scores.localisation import (
    SCORES,
    blank,
    dice,
    energy_inside,
    jaccard,
    minmax_jaccard,
    pixel_ap,
    pointing,
    roi_area,
    scores,
    upsample,
)


def pair(n: int = 4, height: int = 9, width: int = 12, seed: int = 0, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Signed maps and soft ROI maps, none empty."""
    rng = np.random.default_rng(seed)
    maps = rng.normal(size=(n, height, width)).astype(np.float32)
    roi = rng.random((n, height, width)).astype(np.float32) ** 2
    return (maps * 2).round() / 2 if ties else maps, roi


def blob(y: int, x: int, height: int = 10, width: int = 16) -> np.ndarray:
    """One map (1, H, W) whose highest point is at row y, column x."""
    rows, columns = np.mgrid[:height, :width]
    return np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 8)[None].astype(np.float32)


def box(y0: int, y1: int, x0: int, x1: int, height: int = 10, width: int = 16) -> np.ndarray:
    roi = np.zeros((1, height, width), np.float32)
    roi[:, y0:y1, x0:x1] = 1
    return roi


# --- against independent definitions


def test_energy_agrees_with_a_loop_over_pixels() -> None:
    maps, roi = pair()
    for found, a, r in zip(energy_inside(maps, roi), maps, roi, strict=True):
        inside = sum(max(v, 0) * w for v, w in zip(a.ravel().tolist(), r.ravel().tolist(), strict=True))
        assert found == pytest.approx(inside / sum(max(v, 0) for v in a.ravel().tolist()))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_overlaps_are_sklearns(ties: bool, threshold: float) -> None:
    maps, roi = pair(ties=ties)
    for i in range(len(maps)):
        unit = (maps[i] - maps[i].min()) / (maps[i].max() - maps[i].min())
        marked, mask = (unit >= threshold).ravel(), (roi[i] >= 0.5).ravel()
        assert jaccard(maps, roi, threshold)[i] == pytest.approx(jaccard_score(mask, marked))
        assert dice(maps, roi, threshold)[i] == pytest.approx(f1_score(mask, marked))


@pytest.mark.parametrize("ties", [False, True])
def test_pixel_ap_is_sklearns(ties: bool) -> None:
    maps, roi = pair(ties=ties)
    theirs = [average_precision_score((r >= 0.5).ravel(), a.ravel()) for a, r in zip(maps, roi, strict=True)]
    np.testing.assert_allclose(pixel_ap(maps, roi), theirs)


def test_pointing_agrees_with_argmax() -> None:
    maps, roi = pair(n=30)
    theirs = [r[np.unravel_index(a.argmax(), a.shape)] >= 0.5 for a, r in zip(maps, roi, strict=True)]
    assert 0 < np.mean(theirs) < 1
    np.testing.assert_array_equal(pointing(maps, roi), theirs)


def test_roi_area_is_the_mean() -> None:
    assert roi_area(box(0, 5, 0, 8))[0] == pytest.approx(0.25)
    assert roi_area(0.5 * box(0, 5, 0, 8))[0] == pytest.approx(0.125)


def test_one_map_against_many_rois_is_the_map_repeated() -> None:
    maps, roi = pair()
    one, repeated = scores(maps[:1], roi), scores(np.repeat(maps[:1], len(roi), axis=0), roi)
    for name in SCORES:
        np.testing.assert_array_equal(one[name], repeated[name])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 1000))
def test_scores_lie_in_the_unit_range_and_ignore_scale(seed: int, scale: float) -> None:
    maps, roi = pair(seed=seed)
    found, scaled = scores(maps, roi), scores(maps.astype(np.float64) * scale, roi)
    for name in SCORES:
        assert ((found[name] >= 0) & (found[name] <= 1)).all()
        np.testing.assert_allclose(found[name], scaled[name], atol=1e-6 if name == "epg" else 1 / 20)


def test_the_mask_itself_is_the_perfect_map() -> None:
    roi = box(2, 7, 3, 9)
    assert all(value[0] == pytest.approx(1) for value in scores(roi, roi).values())


def test_scores_are_the_same_after_a_flip_of_both() -> None:
    maps, roi = pair()
    straight, flipped = scores(maps, roi), scores(maps[:, :, ::-1], roi[:, :, ::-1])
    for name in SCORES:
        np.testing.assert_allclose(straight[name], flipped[name])


def test_upsample_is_bilinear_between_pixel_centres() -> None:
    maps = pair(n=130, height=3, width=4)[0]
    theirs = torch.nn.functional.interpolate(torch.from_numpy(maps)[:, None], size=(12, 20), mode="bilinear", align_corners=False)
    np.testing.assert_array_equal(upsample(maps, (12, 20)), theirs[:, 0].numpy())
    np.testing.assert_array_equal(upsample(maps, (3, 4)), maps)


# --- pitfalls


def test_pitfall_17_no_division_by_zero_on_empty_dead_or_constant_maps() -> None:
    maps = np.stack([np.full((4, 4), v) for v in (0.0, 1.0, -1.0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for roi in (np.zeros((3, 4, 4)), np.ones((3, 4, 4)), np.full((3, 4, 4), 0.3)):
            found = scores(maps, roi)
            assert set(found) == set(SCORES)
            for name in ("epg", "pointing", "jaccard", "dice"):
                assert np.isfinite(found[name]).all() or np.isnan(found[name]).all()


@pytest.mark.parametrize("value", [0.0, -1.0, 1.0])
def test_pitfall_20_a_dead_or_constant_map_is_no_hit(value: float) -> None:
    maps, roi = np.full((1, 6, 6), value, np.float32), np.zeros((1, 6, 6), np.float32)
    roi[0, 0, 0] = 1  # where argmax lands when all are equal
    assert blank(maps).all()
    assert pointing(maps, roi)[0] == 0
    assert jaccard(maps, roi)[0] == 0
    assert dice(maps, roi)[0] == 0
    assert energy_inside(maps, roi)[0] == pytest.approx(1 / 36 if value > 0 else 0)


def test_pitfall_20_an_empty_mask_is_no_hit_but_not_applicable() -> None:
    maps, roi = pair(n=2)
    roi[1] = 0
    for values in scores(maps, roi).values():
        assert np.isfinite(values[0])
        assert np.isnan(values[1])


def test_pitfall_20_equal_highest_points_count_by_their_share() -> None:
    maps = np.zeros((1, 4, 4), np.float32)
    maps[0, 0, 0] = maps[0, 3, 3] = maps[0, 3, 2] = maps[0, 2, 3] = 1
    roi = np.zeros((1, 4, 4), np.float32)
    roi[0, 0, 0] = 1
    assert pointing(maps, roi)[0] == 0.25


@pytest.mark.parametrize("name", SCORES)
def test_pitfalls_21_and_23_a_batch_scores_as_its_images_one_by_one(name: str) -> None:
    maps, roi = pair(n=7)
    maps[2], maps[3], roi[4] = 0, -np.abs(maps[3]), 0  # odd neighbours must not matter either
    whole = scores(maps, roi)[name]
    single = np.concatenate([scores(maps[i : i + 1], roi[i : i + 1])[name] for i in range(7)])
    np.testing.assert_array_equal(whole, single)


def test_pitfall_22_overlap_is_neither_always_perfect_nor_always_zero() -> None:
    """An argmax over the one channel of a map is 0 everywhere: everything marked, or nothing."""
    roi = box(2, 8, 4, 10)
    overlaps = [jaccard(blob(5, x), roi)[0] for x in (7, 10, 15)]
    assert 1 > overlaps[0] > overlaps[1] > overlaps[2]
    assert overlaps[0] > 0.3


def test_003_29_the_thesis_s_overlap_is_that_of_any_map_after_its_min_max():
    """Threshold 0.5; a map without positive evidence counts, one that is the same everywhere has none."""
    maps, roi = pair(6)
    maps -= np.array([0, 0, 0, 10, 10, 10], np.float32)[:, None, None]  # three without positive evidence
    unit = (maps - maps.min((1, 2), keepdims=True)) / np.ptp(maps, axis=(1, 2), keepdims=True)
    expected = [jaccard_score((r >= 0.5).ravel(), (u >= 0.5).ravel()) for r, u in zip(roi, unit, strict=True)]
    assert minmax_jaccard(maps, roi) == pytest.approx(expected)
    assert jaccard(maps, roi) == pytest.approx([*expected[:3], 0, 0, 0])
    assert minmax_jaccard(np.full_like(maps, 3.0), roi) == pytest.approx([0] * 6)


def test_pitfall_24_a_sparse_map_does_not_mark_the_whole_image() -> None:
    maps, roi = np.zeros((1, 20, 20), np.float32), np.zeros((1, 20, 20), np.float32)
    maps[0, 3:5, 3:5] = 0.01  # most pixels, and every low percentile, are zero
    roi[0, 3:5, 3:5] = 1
    for threshold in (0.01, 0.5, 1):
        assert jaccard(maps, roi, threshold)[0] == 1


def test_pitfall_25_x_and_y_are_not_swapped() -> None:
    attention, roi = blob(y=2, x=12), box(1, 4, 11, 14)  # oblong image: swapped, the point lies elsewhere
    assert pointing(attention, roi)[0] == 1
    assert pointing(attention, box(8, 10, 1, 4))[0] == 0
    square = np.zeros((1, 10, 10), np.float32)
    square[0, 2, 7] = 1
    assert pointing(square, square)[0] == 1
    assert pointing(square, square.transpose(0, 2, 1))[0] == 0


def test_pitfall_25_upsampling_keeps_the_place() -> None:
    small = np.zeros((1, 5, 8), np.float32)
    small[0, 1, 6] = 1
    large = upsample(small, (50, 80))
    assert pointing(large, box(10, 20, 60, 70, 50, 80))[0] == 1
    assert pointing(large, box(12, 18, 62, 68, 50, 80))[0] == 1


def test_pitfall_26_the_threshold_is_fixed_not_the_best_of_the_judged_images() -> None:
    maps, roi = pair()
    best = np.max([jaccard(maps, roi, t) for t in np.linspace(0, 1, 51)], axis=0)
    assert (jaccard(maps, roi) < best).all()
    np.testing.assert_array_equal(jaccard(maps, roi), jaccard(maps, roi, 0.5))


def test_pitfall_27_an_all_negative_map_is_not_stretched_into_evidence() -> None:
    roi = box(2, 8, 4, 10)
    against = blob(5, 7) - 2  # highest inside the ROI, but evidence against the class everywhere
    assert blank(against).all()
    for score in (energy_inside, pointing, jaccard, dice):
        assert score(against, roi)[0] == 0
        assert score(against + 2, roi)[0] > 0.3


def test_energy_ignores_negative_evidence() -> None:
    attention, roi = np.array([[[2.0, -5.0], [1.0, -1.0]]]), np.array([[[1.0, 1.0], [0.0, 0.0]]])
    assert energy_inside(attention, roi)[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_map_that_is_not_finite_is_no_hit(bad: float) -> None:
    maps, roi = np.ones((1, 4, 4), np.float32), np.zeros((1, 4, 4), np.float32)
    maps[0, 1, 1], roi[0, 1, 1] = bad, 1
    assert blank(maps).all()
    with np.errstate(invalid="ignore"):
        for score in (energy_inside, pointing, jaccard, dice):
            assert score(maps, roi)[0] == 0


def test_no_maps_have_no_scores() -> None:
    assert {name: values.shape for name, values in scores(np.empty((0, 4, 4)), np.empty((0, 4, 4))).items()} == dict.fromkeys(SCORES, (0,))
