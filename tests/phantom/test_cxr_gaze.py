"""The chest phantom's raw gaze: sixty samples a second of fixations and of the jumps between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sightline.data.annotation import gaze_map
from sightline.data.sets.phantom_cxr import read
from sightline.phantom.cxr_gaze import RATE, saccade_seconds, samples

READING = np.array([(0.2, 0.3, 0.31), (0.8, 0.3, 0.075), (0.8, 0.9, 0.5), (0.25, 0.5, 0.2)])
SCATTER = 0.1 / 20  # root mean square of resting eyes, a tenth of a degree


def walked(reading: np.ndarray) -> list[tuple[int, bool]]:
    """By the clock: of each sample the fixation that is on or was last, and whether the eyes are jumping."""
    found, time, ends = [], 0.0, 0.0
    for k, (x, y, seconds) in enumerate(reading):
        ends += seconds
        while time < ends:
            found.append((k, False))
            time = len(found) / RATE
        if k + 1 < len(reading):
            ends += float(saccade_seconds(20 * np.hypot(*(reading[k + 1, :2] - (x, y)))))
            while time < ends:
                found.append((k, True))
                time = len(found) / RATE
    return found


def seen(error: float = 0.0, seed: int = 0) -> np.ndarray:
    return samples(np.random.default_rng(seed), READING, error)


def test_saccades_last_tens_of_milliseconds_and_longer_ones_longer() -> None:
    assert saccade_seconds(np.array([1.0, 10.0])).tolist() == pytest.approx([0.0232, 0.043])


def test_there_are_sixty_samples_a_second_and_each_fixation_has_those_of_its_dwell() -> None:
    when = walked(READING)
    assert len(seen()) == len(when)
    jumps = sum(saccade_seconds(20 * np.hypot(*np.diff(READING[:, :2], axis=0).T)))
    assert len(when) / RATE == pytest.approx(READING[:, 2].sum() + jumps, abs=1 / RATE)
    for k, (*point, seconds) in enumerate(READING):
        at = seen()[[i for i, (fixation, jumping) in enumerate(when) if fixation == k and not jumping]]
        assert abs(len(at) - RATE * seconds) < 1
        assert np.hypot(*(at - point).T).max() < 4 * SCATTER


def test_samples_of_a_saccade_lie_on_the_line_between_its_fixations_and_never_go_back() -> None:
    when, points = walked(READING), READING[:, :2]
    assert sum(jumping for _, jumping in when) >= 6
    for k in range(len(READING) - 1):
        on_the_way = seen(error=0.1)[[i for i, place in enumerate(when) if place == (k, True)]]
        across = points[k + 1] - points[k]
        share = (on_the_way - points[k]) @ across / (across @ across)
        assert len(share) >= 1
        assert on_the_way == pytest.approx(points[k] + share[:, None] * across)
        assert (np.diff([0, *share, 1]) > 0).all()


def test_resting_eyes_and_the_trackers_precision_scatter_the_samples() -> None:
    long = np.array([(0.5, 0.5, 100.0)])
    for error, expected in ((0.0, SCATTER), (0.1, np.hypot(SCATTER, 0.01))):
        away = samples(np.random.default_rng(1), long, error) - 0.5
        assert np.sqrt((away**2).sum(1).mean()) == pytest.approx(expected, rel=0.05)


def test_raw_gaze_of_the_phantom_is_that_of_the_same_reading() -> None:
    options: dict[str, Any] = {"size": 64, "train": 9, "val": 0, "test": 0}
    raws, others = read(gaze="raw", **options), read(**options)
    assert others == read(gaze="fixations", **options)
    for raw, other in zip(raws, others, strict=True):
        points, fixations = np.array(raw.annotations[0].points), np.array(other.annotations[0].points)
        assert points.shape[1] == 2
        assert ((points >= 0) & (points < 64)).all()
        assert 1 < len(points) / RATE / fixations[:, 2].sum() < 1.3, "the jumps take little of the time"
        near = np.hypot(*(points[:, None] - fixations[None, :, :2]).T).min(0) < 1.5
        assert near.mean() > 0.85
        heat = [gaze_map(mark.points, (64, 64), 13) for mark in (raw.annotations[0], other.annotations[0])]
        assert heat[0] is not None
        assert heat[1] is not None
        assert np.corrcoef(np.ravel(heat[0]), np.ravel(heat[1]))[0, 1] > 0.9
    assert [r.image for r in raws] == [r.image for r in others]
