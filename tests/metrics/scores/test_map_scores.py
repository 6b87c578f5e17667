from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest

from sightline.metrics.confidence.bootstrap import interval
from sightline.metrics.scores import localisation as per_image
from sightline.metrics.scores.map_scores import centre, localisation, other_images
from sightline.results.base import Score
from sightline.results.scores import Localisation


def lesions(n: int = 24, side: int = 32, spread: int = 6, seed: int = 0) -> np.ndarray:
    """Discs whose centres scatter about the middle, (N, side, side) uint8 0 or 255."""
    rng = np.random.default_rng(seed)
    y, x = side // 2 + rng.integers(-spread, spread + 1, (2, n, 1, 1))
    rows, columns = np.mgrid[:side, :side]
    return np.where((rows - y) ** 2 + (columns - x) ** 2 <= (side // 6) ** 2, 255, 0).astype(np.uint8)


def judged(maps: np.ndarray, rois: np.ndarray, **settings: Any) -> Localisation:
    return localisation(maps, rois, np.ones(len(maps), bool), **({"bootstrap": 50} | settings))


def test_values_levels_and_intervals_agree_with_a_loop() -> None:
    rois = lesions()
    maps = np.random.default_rng(1).normal(size=(24, 5, 5)).astype(np.float32)
    found = judged(maps, rois, shuffles=4, seed=3, bootstrap=200)
    large, roi = per_image.upsample(maps, (32, 32)), rois / 255
    drawn = other_images(24, 4, seed=3)
    for name in per_image.SCORES:
        score = getattr(per_image, {"epg": "energy_inside"}.get(name, name))
        own = score(large, roi)
        wrong = [score(large[i : i + 1], roi[j : j + 1])[0] for i in range(24) for j in drawn[i]]
        middle = score(np.repeat(centre((32, 32))[None], 24, axis=0), roi)
        one, alone = getattr(found, name), interval(own, bootstrap=200, seed=3)
        assert (one.value, one.low, one.high) == pytest.approx((alone.value, alone.low, alone.high), abs=1e-6)
        assert one.shuffled == pytest.approx(np.mean(wrong), abs=1e-6)
        assert one.centre == pytest.approx(middle.mean(), abs=1e-6)
    assert found.epg.uniform == pytest.approx(roi.mean())
    assert found.roi_area.value == pytest.approx(roi.mean())


def test_unknown_and_empty_images_are_counted_not_scored() -> None:
    rois = lesions()
    maps = rois[:, ::4, ::4].astype(np.float32)
    known = np.ones(24, bool)
    known[:3] = False
    rois[3:5] = 0
    found = localisation(maps, rois, known, bootstrap=20)
    assert (found.n, found.unknown, found.empty, found.blank) == (19, 3, 2, 0)
    alone = localisation(maps[5:], rois[5:], known[5:], bootstrap=20)
    assert found.epg == alone.epg
    assert found.roi_area == alone.roi_area


def test_an_unknown_image_cannot_be_a_partner() -> None:
    """Its ROI map is zero, which would lower the shuffled level."""
    rois = np.repeat(lesions(1), 10, axis=0)
    maps = np.random.default_rng(0).random((10, 4, 4))
    known = np.arange(10) < 5
    rois[5:] = 0
    found = localisation(maps, rois, known, bootstrap=5)
    assert found.epg.shuffled == pytest.approx(found.epg.value)


@pytest.mark.parametrize("known", [np.zeros(4, bool), np.ones(4, bool)])
def test_nothing_to_judge_is_null(known: np.ndarray) -> None:
    found = localisation(np.ones((4, 3, 3)), np.zeros((4, 8, 8), np.uint8), known)
    assert found.n == 0
    assert found.epg.n == 0
    assert set(found.epg.but(n=None).fields().values()) == {None}
    assert found.roi_area == Score(value=None, low=None, high=None, n=0)
    json.dumps(found.to_json(), allow_nan=False)


def test_one_image_has_no_shuffled_level() -> None:
    found = judged(np.random.default_rng(0).random((1, 4, 4)), lesions(1))
    assert found.epg.shuffled is None
    assert found.epg.value is not None
    json.dumps(found.to_json(), allow_nan=False)


def test_float_and_byte_rois_score_the_same() -> None:
    rois, maps = lesions(), np.random.default_rng(0).normal(size=(24, 4, 4))
    bytes_, floats = judged(maps, rois), judged(maps, (rois / 255).astype(np.float32))
    assert all(getattr(bytes_, name).fields() == pytest.approx(getattr(floats, name).fields()) for name in per_image.SCORES)


def test_pitfall_20_blank_and_broken_maps_score_nothing_and_are_counted() -> None:
    rois = lesions(4)
    maps = np.stack([np.zeros((4, 4)), np.full((4, 4), -2.0), np.full((4, 4), np.nan), np.eye(4)])
    found = judged(maps, rois)
    whole = judged(maps[3:], rois[3:])
    assert found.blank == 3
    for name in ("epg", "pointing", "jaccard", "dice"):
        assert getattr(found, name).value == pytest.approx(getattr(whole, name).value / 4)
    chance = (rois[:3] >= 128).mean(axis=(1, 2)).sum()  # a ranking of equal values: what a random order finds
    assert found.pixel_ap.value == pytest.approx((chance + whole.pixel_ap.value) / 4)


def test_pitfall_21_the_chunk_size_does_not_change_the_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    rois, maps = lesions(), np.random.default_rng(0).normal(size=(24, 4, 4))
    whole = judged(maps, rois)
    monkeypatch.setattr("sightline.metrics.scores.map_scores._CHUNK", 5)
    assert judged(maps, rois) == whole


def test_pitfall_28_looking_at_the_middle_is_told_from_looking_at_the_lesion() -> None:
    rois = lesions(n=40, spread=7)
    middle = np.repeat(centre((32, 32))[None] ** 8, 40, axis=0)
    right = judged(rois / 255 + 0.01, rois).epg
    looks_at_middle = judged(middle, rois).epg
    assert looks_at_middle.value > 2 * looks_at_middle.uniform  # looks like success ...
    assert looks_at_middle.value - looks_at_middle.shuffled < 0.05  # ... but the wrong lesion's mask fits as well
    assert right.value - right.shuffled > 0.4


def test_pitfall_28_guidance_with_the_wrong_mask_shows_as_shuffled() -> None:
    rois = lesions(n=200, spread=7)
    wrong = judged(np.roll(rois, 1, axis=0) / 255 + 0.01, rois)
    assert wrong.epg.value > 2 * wrong.epg.uniform
    assert abs(wrong.epg.value - wrong.epg.shuffled) < 0.06


def test_patients_are_neither_partners_nor_drawn_apart() -> None:
    rois = np.repeat(lesions(8, spread=9), 3, axis=0)
    maps = np.repeat(np.random.default_rng(0).random((8, 6, 6)), 3, axis=0)
    patients = [f"p{i // 3}" for i in range(24)]
    naive, grouped = judged(maps, rois, bootstrap=400), judged(maps, rois, bootstrap=400, groups=patients)
    assert grouped.epg.value == naive.epg.value
    assert grouped.epg.high - grouped.epg.low > 1.3 * (naive.epg.high - naive.epg.low)
    perfect = rois / 255 + 0.01
    assert judged(perfect, rois, groups=patients).epg.shuffled < judged(perfect, rois).epg.shuffled


def test_memory_stays_small_for_many_images() -> None:
    rois, maps = lesions(n=300, side=64), np.random.default_rng(0).random((300, 4, 4))
    tracemalloc.start()
    judged(maps, rois, shuffles=2, bootstrap=10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300 * 64 * 64 * 4  # less than the upsampled maps alone would take
