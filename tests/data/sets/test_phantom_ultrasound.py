"""The ultrasound phantom: its records, and what its pictures show."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import distance_transform_edt

from sightline.data.annotation import render
from sightline.data.sets.phantom_pictures import UltrasoundImage, UltrasoundMask
from sightline.data.sets.phantom_ultrasound import CLASSES, TASKS, read
from sightline.errors import UserError
from sightline.phantom.us_parts import PARTS
from sightline.phantom.us_scene import ARTEFACTS, UltrasoundScene, speckle
from sightline.types import Drawable, Record

SIZE = 96


@pytest.fixture(scope="module")
def scenes() -> list[UltrasoundScene]:
    return [UltrasoundScene((7, i), CLASSES[i % 2]) for i in range(120)]


def of(records: list[Record], split: str) -> list[Record]:
    return [r for r in records if r.split == split]


def marked(record: Record) -> bool:
    return any(record.tags[kind] for kind in ARTEFACTS)


def shrink(picture: np.ndarray, size: int) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BOX), dtype=float)


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


@pytest.mark.parametrize("artefact", [None, *ARTEFACTS])
def test_the_same_picture_at_every_size(artefact: str | None) -> None:
    for i in range(4):
        small, large = (UltrasoundImage(size, (5, i), CLASSES[i % 2], artefact).draw() for size in (96, 288))
        assert small.shape == (96, 96, 3)
        assert small.dtype == np.uint8
        assert np.corrcoef(shrink(large, 16).ravel(), shrink(small, 16).ravel())[0, 1] > 0.97


@pytest.mark.parametrize("artefact", ["body_marker", "text"])
def test_the_mark_keeps_clear_of_the_mass_and_calipers_touch_it(scenes: list[UltrasoundScene], artefact: str) -> None:
    gaps: dict[str, list[float]] = {artefact: [], "caliper": []}
    for scene in scenes[:60]:
        away = distance_transform_edt(~scene.outline.mask(SIZE))
        for kind, found in gaps.items():
            cover = scene.artefact(kind, SIZE).cover > 0
            assert cover.mean() > 0.002
            found.append(float(away[cover].min()) / SIZE)
    assert min(gaps[artefact]) > 0.03
    assert max(gaps["caliper"]) < 0.03


def test_only_the_pixels_of_the_mark_change_with_it() -> None:
    for i in range(6):
        for kind in ARTEFACTS:
            one, other = (UltrasoundImage(SIZE, (2, i), CLASSES[i % 2], there).draw() for there in (kind, None))
            mask = UltrasoundMask(SIZE, (2, i), CLASSES[i % 2], kind).draw() > 0
            assert not ((one != other).any(-1) & ~mask).any()


def test_a_malignant_mass_is_taller_and_rougher_and_single_signs_overlap(scenes: list[UltrasoundScene]) -> None:
    taller, rough = ({label: [] for label in CLASSES} for _ in range(2))  # type: dict[str, list[float]], dict[str, list[float]]
    for scene in scenes:
        x0, y0, x1, y1 = scene.outline.box
        taller[scene.label].append((y1 - y0) / (x1 - x0))
        points = scene.outline.points
        length = np.hypot(*np.diff(points, axis=0, append=points[:1]).T).sum()
        rough[scene.label].append(length**2 / (4 * np.pi * scene.outline.area))
    for sign in (taller, rough):
        assert np.median(sign["malignant"]) > 1.2 * np.median(sign["benign"])
        assert max(sign["benign"]) > min(sign["malignant"])
    assert np.mean(np.array(taller["benign"]) < 1) > 0.9


def test_behind_a_benign_mass_it_is_brighter_than_behind_a_malignant_one(scenes: list[UltrasoundScene]) -> None:
    contrast: dict[str, list[float]] = {label: [] for label in CLASSES}
    inside: list[float] = []
    for scene in scenes:
        grey = scene.draw(SIZE, None)[..., 0].astype(float)
        x0, _, x1, y1 = (round(edge * SIZE) for edge in scene.outline.box)
        band = grey[y1 + 2 : y1 + 10]
        beside = np.ones(SIZE, bool)
        beside[max(x0 - 3, 0) : x1 + 3] = False
        third = (x1 - x0) // 3
        contrast[scene.label].append(band[:, x0 + third : x1 - third].mean() - band[:, beside].mean())
        lesion = scene.outline.mask(SIZE)
        around = (distance_transform_edt(~lesion) < 6) & ~lesion
        inside.append(grey[lesion].mean() - grey[around].mean())
    assert np.mean(contrast["benign"]) > 5 > -15 > np.mean(contrast["malignant"])
    assert np.mean(np.array(inside) < -10) > 0.95  # a mass is darker than what surrounds it


def test_speckle_is_a_rayleigh_field_that_machines_smooth() -> None:
    for seed in range(6):
        power = speckle(np.random.default_rng(seed), 200) ** 2
        assert power.mean() == pytest.approx(1, abs=0.1)
        assert 0.4 < power.std() < 0.8  # 1 / sqrt(pictures added up), of two to four


@pytest.mark.parametrize("part", PARTS)
def test_regions_are_where_their_names_say(part: str) -> None:
    for record in read(train=6, val=0, test=0, correlation=1):
        region = record.regions[part]
        there = part not in ARTEFACTS or record.tags[part]
        assert (region[0].kind == "mask") == there
        if there:
            drawn = render(region, (SIZE, SIZE), where=part)
            assert drawn is not None
            middle = float((drawn.sum(1) @ np.arange(SIZE)) / drawn.sum()) / SIZE
            assert {"skin": middle < 0.1, "muscle": middle > 0.75}.get(part, 0.1 < middle < 0.97)


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
