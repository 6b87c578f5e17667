"""The phantom's records: splits, balance, correlation, pairing, annotations."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sightline.data.sets.phantom import CLASSES, TASKS, read
from sightline.errors import UserError
from sightline.types import Drawable, Record

ARTEFACTS = ("ruler", "sticker", "ink", "gel")


def of(records: list[Record], split: str) -> list[Record]:
    return [r for r in records if r.split == split]


def present(record: Record) -> bool:
    return any(record.tags[kind] for kind in ARTEFACTS)


def drawn(source: object) -> np.ndarray:
    assert isinstance(source, Drawable)
    return source.draw()


def agreement(records: list[Record], label: str) -> float:
    members = [r for r in records if r.label == label]
    return float(np.mean([present(r) == (label == "melanoma") for r in members]))


def test_the_splits_have_their_sizes_and_half_of_each_class() -> None:
    records = read(train=40, val=20, test=24)
    assert Counter(r.split for r in records) == {"train": 40, "val": 20, "matched": 24, "flipped": 24, "removed": 24}
    for split in ("train", "val", "matched", "flipped", "removed"):
        assert len(set(Counter(r.label for r in of(records, split)).values())) == 1
    assert len({r.id for r in records}) == len(records)
    assert set(TASKS["melanoma"]) == set(CLASSES)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("artefact", ["ruler", "mixed"])
def test_the_correlation_is_exact_in_every_class(correlation: float, artefact: str) -> None:
    records = read(train=200, val=40, test=80, correlation=correlation, artefact=artefact)  # type: ignore[arg-type]
    for split in ("train", "val", "matched"):
        for label in CLASSES:
            assert agreement(of(records, split), label) == pytest.approx(correlation)
    for label in CLASSES:
        assert agreement(of(records, "flipped"), label) == pytest.approx(1 - correlation)
    assert not any(present(r) for r in of(records, "removed"))


def test_a_share_that_does_not_come_out_even_is_rounded_to_whole_images() -> None:
    records = read(train=34, val=0, test=0, correlation=0.9)  # 17 per class: 15.3 images
    assert agreement(records, "nevus") == agreement(records, "melanoma") == 15 / 17


def test_at_most_the_artefact_asked_for() -> None:
    for kind in ARTEFACTS:
        records = read(train=20, val=0, test=20, artefact=kind)  # type: ignore[arg-type]
        assert not any(r.tags[other] for r in records for other in ARTEFACTS if other != kind)
    mixed = read(train=160, val=0, test=0, artefact="mixed")
    counts = Counter(kind for r in mixed for kind in ARTEFACTS if r.tags[kind])
    assert set(counts) == set(ARTEFACTS)
    assert all(sum(bool(r.tags[kind]) for kind in ARTEFACTS) <= 1 for r in mixed)


def test_the_three_test_sets_show_the_same_lesions() -> None:
    records = read(train=8, val=8, test=30, correlation=0.8, artefact="mixed")
    for matched, flipped, removed in zip(of(records, "matched"), of(records, "flipped"), of(records, "removed"), strict=True):
        assert matched.group == flipped.group == removed.group
        assert matched.label == flipped.label == removed.label
        assert matched.annotations == flipped.annotations == removed.annotations
        assert present(matched) != present(flipped)
        assert {r.id.rsplit("-", 1)[1] for r in (matched, flipped, removed)} == {matched.id[-5:]}


def test_no_scene_is_shared_between_training_validation_and_test() -> None:
    records = read(train=60, val=60, test=60)
    homes = [{(r.group, r.image.seed) for r in records if r.split in names} for names in (("train",), ("val",), ("matched", "flipped"))]  # type: ignore[union-attr]
    assert len(homes[0] | homes[1] | homes[2]) == sum(map(len, homes))


def test_the_same_seed_gives_the_same_records_and_another_seed_others() -> None:
    options = {"train": 12, "val": 4, "test": 4, "annotation": "gaze"}
    assert read(seed=3, **options) == read(seed=3, **options)  # type: ignore[arg-type]
    one, other = read(seed=3, **options)[0], read(seed=4, **options)[0]  # type: ignore[arg-type]
    assert not np.array_equal(drawn(one.image), drawn(other.image))


def test_more_images_leave_the_first_ones_as_they_were() -> None:
    few, many = read(train=10, val=4, test=4), read(train=20, val=8, test=8)
    assert [r.annotations for r in of(few, "train")] == [r.annotations for r in of(many, "train")][:10]


def test_pictures_are_small_picklable_and_named_by_what_they_show() -> None:
    records = read(train=20, val=8, test=8, correlation=0.5)
    for picture in (records[0].image, records[0].annotations[0].source):
        assert isinstance(picture, Drawable)
        assert len(pickle.dumps(picture)) < 500
        assert np.array_equal(pickle.loads(pickle.dumps(picture)).draw(), picture.draw())
    keys: dict[str, np.ndarray] = {}
    for record in records + read(train=20, val=8, test=8, correlation=0.5, size=64):
        key, pixels = record.image.key, drawn(record.image)  # type: ignore[union-attr]
        assert key not in keys or np.array_equal(keys[key], pixels)
        keys[key] = pixels
    assert len({pixels.tobytes() for pixels in keys.values()}) == len(keys)


@pytest.mark.parametrize("size", [48, 96, 200])
def test_mask_box_and_polygon_agree(size: int) -> None:
    by_kind = {kind: read(size=size, train=24, val=0, test=0, annotation=kind) for kind in ("mask", "box", "polygon")}  # type: ignore[arg-type]
    for with_mask, with_box, with_polygon in zip(*by_kind.values(), strict=True):
        mask = drawn(with_mask.annotations[0].source) > 0
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        tight = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        assert with_box.annotations[0].points[0] == pytest.approx(tight, abs=1)  # a spike thinner than a pixel may show in one alone
        canvas = Image.new("L", (8 * size, 8 * size))
        ImageDraw.Draw(canvas).polygon([(8 * x, 8 * y) for x, y in with_polygon.annotations[0].points], fill=1)
        filled = np.asarray(canvas)[4::8, 4::8] > 0  # pixel centres
        assert (mask & filled).sum() / (mask | filled).sum() > 0.93
        assert mask.mean() == pytest.approx(with_mask.tags["lesion_area"], rel=0.1)


def test_the_reader_looks_at_the_lesion_most_of_the_time() -> None:
    size = 96
    gazes, masks = (read(size=size, train=40, val=0, test=0, annotation=kind) for kind in ("gaze", "mask"))  # type: ignore[arg-type]
    shares, off_centre = [], []
    for gaze, mask in zip(gazes, masks, strict=True):
        x, y, seconds = np.array(gaze.annotations[0].points).T
        assert ((x >= 0) & (x < size) & (y >= 0) & (y < size)).all()
        assert (seconds > 0).all()
        inside = drawn(mask.annotations[0].source)[y.astype(int), x.astype(int)] > 0
        shares.append(seconds[inside].sum() / seconds.sum())
        off_centre.append((~inside).any())
    assert np.mean(shares) > 0.7
    assert min(shares) > 0.4
    assert np.mean(off_centre) > 0.9  # a reader's eyes are never only on the lesion


def test_images_without_the_artefact_say_that_there_is_nothing_to_avoid() -> None:
    for record in read(train=30, val=10, test=10):
        assert record.avoid[0].kind == ("mask" if present(record) else "nothing")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("size", 31),
        ("train", -1),
        ("test", -2),
        ("correlation", 1.01),
        ("correlation", -0.1),
        ("seed", -1),
        ("artefact", "rulr"),
        ("annotation", "bx"),
    ],
)
def test_options_out_of_range_are_refused_by_name(option: str, value: object) -> None:
    with pytest.raises(UserError, match=option):
        read(**{"train": 2, "val": 2, "test": 2, option: value})  # type: ignore[arg-type]
