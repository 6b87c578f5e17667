"""The ultrasound phantom: its records, and what its pictures show."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest

from sightline.data.annotation import render
from sightline.data.sets.phantom_ultrasound import CLASSES, TASKS, read
from sightline.errors import UserError
from sightline.phantom.us_scene import ARTEFACTS
from sightline.types import Drawable, Record

SIZE = 96


def of(records: list[Record], split: str) -> list[Record]:
    return [r for r in records if r.split == split]


def marked(record: Record) -> bool:
    return any(record.tags[kind] for kind in ARTEFACTS)


def test_the_splits_are_balanced_and_the_test_sets_show_the_same_masses() -> None:
    records = read(train=20, val=8, test=12)
    assert Counter(r.split for r in records) == {"train": 20, "val": 8, "matched": 12, "flipped": 12, "removed": 12}
    assert len({r.id for r in records}) == len(records)
    assert set(TASKS["malignant"]) == set(CLASSES)
    for split in ("train", "val", "matched", "flipped", "removed"):
        assert len(set(Counter(r.label for r in of(records, split)).values())) == 1
    for trio in zip(of(records, "matched"), of(records, "flipped"), of(records, "removed"), strict=True):
        assert len({(r.group, r.label, r.annotations, r.image.seed) for r in trio}) == 1  # type: ignore[union-attr]
        assert marked(trio[0]) != marked(trio[1])


@pytest.mark.parametrize("artefact", ["body_marker", "mixed"])
def test_the_mark_agrees_with_the_class_as_often_as_asked(artefact: str) -> None:
    records = read(train=100, val=0, test=40, correlation=0.8, artefact=artefact)  # type: ignore[arg-type]
    for label in CLASSES:
        share = {
            split: np.mean([marked(r) == (label == "malignant") for r in of(records, split) if r.label == label])
            for split in ("train", "matched", "flipped")
        }
        assert share == pytest.approx({"train": 0.8, "matched": 0.8, "flipped": 0.2})
    assert not any(marked(r) for r in of(records, "removed"))
    kinds = {kind for r in records for kind in ARTEFACTS if r.tags[kind]}
    assert kinds == (set(ARTEFACTS) if artefact == "mixed" else {artefact})
    for record in records:
        assert record.avoid[0].kind == ("mask" if marked(record) else "nothing")


def test_the_same_seed_draws_the_same_and_another_seed_something_else() -> None:
    options = {"train": 4, "val": 2, "test": 2}
    assert read(seed=3, **options) == read(seed=3, **options)  # type: ignore[arg-type]
    one, other = read(seed=3, **options)[0].image, read(seed=4, **options)[0].image  # type: ignore[arg-type]
    assert isinstance(one, Drawable)
    assert isinstance(other, Drawable)
    assert not np.array_equal(one.draw(), other.draw())
    assert np.array_equal(pickle.loads(pickle.dumps(one)).draw(), one.draw())


def test_box_mask_and_polygon_mark_the_same_mass() -> None:
    kinds = [read(train=24, val=0, test=0, annotation=kind) for kind in ("mask", "box", "polygon")]  # type: ignore[arg-type]
    for mask, box, polygon in zip(*kinds, strict=True):
        inside, within, filled = (render(r.annotations, (SIZE, SIZE), where=r.id) for r in (mask, box, polygon))
        assert inside is not None
        assert within is not None
        assert filled is not None
        rows, columns = np.nonzero(inside > 0)
        tight = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        # a spicule thinner than a pixel shows in the box alone
        assert box.annotations[0].points[0] == pytest.approx(tight, abs=1 if box.label == "benign" else 3)
        assert ((inside > 0) & (filled > 0)).sum() / ((inside > 0) | (filled > 0)).sum() > 0.9
        assert (inside > 0).mean() == pytest.approx(mask.tags["lesion_area"], rel=0.1)


def test_the_gaze_rests_on_the_mass() -> None:
    gazes, masks = (read(train=16, val=0, test=0, annotation=kind) for kind in ("gaze", "mask"))  # type: ignore[arg-type]
    for gaze, mask in zip(gazes, masks, strict=True):
        x, y, seconds = np.array(gaze.annotations[0].points).T
        inside = render(mask.annotations, (SIZE, SIZE), where="mask")
        assert inside is not None
        assert seconds[inside[y.astype(int), x.astype(int)] > 0].sum() / seconds.sum() > 0.4


@pytest.mark.parametrize(
    ("option", "value"), [("size", 31), ("val", -1), ("correlation", 1.01), ("seed", -1), ("artefact", "calipers"), ("annotation", "bx")]
)
def test_options_of_the_ultrasound_phantom_out_of_range_are_refused_by_name(option: str, value: object) -> None:
    with pytest.raises(UserError, match=f"phantom_ultrasound {option}"):
        read(**{"train": 2, "val": 2, "test": 2, option: value})  # type: ignore[arg-type]
