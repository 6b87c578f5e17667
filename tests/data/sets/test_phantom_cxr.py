"""The chest phantom's records: splits, annotations, regions, gaze, side markers."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest

from sightline.data.annotation import render
from sightline.data.sets.phantom_cxr import CLASSES, TASKS, read
from sightline.errors import UserError
from sightline.types import Drawable, Record

SIZE = 64


def of(records: list[Record], *splits: str) -> list[Record]:
    return [r for r in records if r.split in splits]


def inside(record: Record, region: str) -> np.ndarray:
    drawn = render(record.regions[region], (SIZE, SIZE), where=record.id)
    assert drawn is not None
    return drawn > 0


def finding(record: Record) -> np.ndarray:
    drawn = render(record.annotations, (SIZE, SIZE), where=record.id)
    assert drawn is not None
    return drawn > 0


def test_the_splits_have_their_sizes_and_a_third_of_each_class() -> None:
    records = read(size=SIZE, train=12, val=6, test=9)
    assert Counter(r.split for r in records) == {"train": 12, "val": 6, "test": 9}
    for split in ("train", "val", "test"):
        assert set(Counter(r.label for r in of(records, split)).values()) == {len(of(records, split)) // 3}
    assert len({r.id for r in records}) == len({r.group for r in records}) == len(records)
    assert next(iter(TASKS)) == "three"
    assert tuple(TASKS["three"]) == CLASSES
    assert list(TASKS["pneumonia"])[-1] == "pneumonia"


def test_the_same_seed_gives_the_same_records_and_another_seed_others() -> None:
    options = {"size": SIZE, "train": 6, "val": 3, "test": 3}
    assert read(seed=3, **options) == read(seed=3, **options)
    one, other = read(seed=3, **options)[0].image, read(seed=4, **options)[0].image
    assert isinstance(one, Drawable)
    assert isinstance(other, Drawable)
    assert not np.array_equal(one.draw(), other.draw())
    assert np.array_equal(pickle.loads(pickle.dumps(one)).draw(), one.draw())
    assert one.key != other.key


@pytest.mark.parametrize("kind", ["mask", "box"])
def test_the_finding_is_the_enlarged_heart_or_the_opacity_and_a_normal_chest_has_none(kind: str) -> None:
    masks, marked = (read(size=SIZE, train=18, val=0, test=0, annotation=a) for a in ("mask", kind))  # type: ignore[arg-type]
    for mask, record in zip(masks, marked, strict=True):
        assert record.annotations[0].kind == ("nothing" if record.label == "normal" else kind)
        if record.label == "cardiomegaly":
            assert np.array_equal(finding(mask), inside(record, "heart"))
        if record.label == "pneumonia":
            assert (finding(mask) & inside(record, "left_lung")).any() != (finding(mask) & inside(record, "right_lung")).any()
            assert not (finding(mask) & ~inside(record, "lungs")).any()
        rows, columns = np.nonzero(finding(record))
        if kind == "box" and len(rows):
            tight = np.nonzero(finding(mask))
            assert (rows.min(), rows.max()) == (tight[0].min(), tight[0].max())
            assert (columns.min(), columns.max()) == (tight[1].min(), tight[1].max())


def test_every_image_has_its_organs_on_their_sides() -> None:
    for record in read(size=SIZE, train=9, val=0, test=0):
        heart, right, left, lungs = (inside(record, name) for name in ("heart", "right_lung", "left_lung", "lungs"))
        assert np.array_equal(lungs, right | left)
        assert not (heart & lungs).any()
        assert not (right & left).any()
        column = np.arange(SIZE)
        middle = {name: (mask.sum(0) * column).sum() / mask.sum() for name, mask in (("r", right), ("h", heart), ("l", left))}
        assert middle["r"] < SIZE / 2 < middle["h"] < middle["l"]  # seen from the front; the heart lies to the patient's left
        assert all(0.08 < mask.mean() < 0.35 for mask in (heart, right, left))


def test_the_gaze_lies_inside_the_image_and_lasts() -> None:
    for record in read(size=SIZE, train=30, val=0, test=0, tracker_error=400):
        x, y, seconds = np.array(record.annotations[0].points).T
        assert ((x >= 0) & (x < SIZE) & (y >= 0) & (y < SIZE)).all()
        assert (seconds > 0).all()
        assert 3 < seconds.sum() < 20
        assert 20 <= len(x) <= 40


def test_the_reader_dwells_on_the_finding_more_than_chance_and_reads_a_normal_chest_whole() -> None:
    gazes, masks = (read(size=SIZE, train=60, val=0, test=0, annotation=kind) for kind in ("gaze", "mask"))  # type: ignore[arg-type]
    beyond: dict[str, list[float]] = {name: [] for name in CLASSES}
    for gaze, mask in zip(gazes, masks, strict=True):
        x, y, seconds = np.array(gaze.annotations[0].points).T
        region = inside(gaze, "heart") | inside(gaze, "lungs") if gaze.label == "normal" else finding(mask)
        share = seconds[region[y.astype(int), x.astype(int)]].sum() / seconds.sum()
        beyond[gaze.label].append(share / region.mean())
    assert np.mean(beyond["pneumonia"]) > 4
    assert np.mean(beyond["cardiomegaly"]) > 1.5
    assert np.mean(beyond["normal"]) > 1.1
    for label in CLASSES:
        assert np.mean(np.array(beyond[label]) > 1) > 0.8


def test_the_sweep_covers_both_lungs_and_the_heart_before_the_reader_stays() -> None:
    for record in read(size=SIZE, train=12, val=0, test=0, tracker_error=0):
        x, y, _ = np.array(record.annotations[0].points)[:16].T
        for organ in ("heart", "left_lung", "right_lung"):
            assert inside(record, organ)[y.astype(int), x.astype(int)].sum() >= 2


def test_the_trackers_error_is_scaled_to_the_image() -> None:
    def moved(size: int, error: float) -> float:
        told, true = (read(size=size, train=30, val=0, test=0, tracker_error=e) for e in (error, 0.0))
        steps = [
            np.array(a.annotations[0].points)[:, :2] - np.array(b.annotations[0].points)[:, :2] for a, b in zip(told, true, strict=True)
        ]
        return float(np.sqrt((np.concatenate(steps) ** 2).sum(1).mean()))

    assert moved(64, 100) == pytest.approx(100 * 64 / 2544, rel=0.15)
    assert moved(256, 100) == pytest.approx(100 * 256 / 2544, rel=0.15)


def test_the_side_marker_has_its_habit_in_matched_and_the_opposite_in_flipped() -> None:
    records = read(size=SIZE, train=60, val=30, test=30, correlation=0.8)
    for label in CLASSES:
        share = {
            split: np.mean([r.tags["token"] == (label == "pneumonia") for r in of(records, split) if r.label == label])
            for split in ("train", "val", "matched", "flipped")
        }
        assert share == pytest.approx({"train": 0.8, "val": 0.8, "matched": 0.8, "flipped": 0.2})
    assert not any(r.tags["token"] for r in of(records, "removed"))
    assert not of(records, "test")
    for record in records:
        assert record.avoid[0].kind == ("mask" if record.tags["token"] else "nothing")
    for trio in zip(*(of(records, split) for split in ("matched", "flipped", "removed")), strict=True):
        assert len({(r.group, r.label, r.annotations, r.image.seed) for r in trio}) == 1  # type: ignore[union-attr]


def test_without_a_correlation_there_are_no_markers_and_no_tags_of_them() -> None:
    for record in read(size=SIZE, train=6, val=0, test=3):
        assert "token" not in record.tags
        assert record.avoid[0].kind == "nothing"


@pytest.mark.parametrize(
    ("option", "value"),
    [("size", 31), ("train", -1), ("correlation", 1.01), ("seed", -1), ("annotation", "gase"), ("gaze", "row"), ("tracker_error", -1)],
)
def test_options_of_the_chest_phantom_out_of_range_are_refused_by_name(option: str, value: object) -> None:
    with pytest.raises(UserError, match=f"phantom_cxr {option}"):
        read(**{"train": 3, "val": 3, "test": 3, option: value})  # type: ignore[arg-type]
