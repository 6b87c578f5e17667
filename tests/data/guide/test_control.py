"""Control regions: as much area at another place, knowing nothing of the image."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from blobs import Spot, spot_record
from PIL import Image

from sightline.config import Data, Roi
from sightline.data.annotation import render
from sightline.data.dataset import ImageDataset
from sightline.data.guide.control import circle, controlled, disc, of_area, zoomed
from sightline.data.guide.guiding import guided_by
from sightline.data.guide.quality import region
from sightline.data.splits import annotated_subset
from sightline.errors import UserError
from sightline.types import Annotation, Record

NOTHING = Annotation("nothing")


@dataclass(frozen=True)
class Blank:
    size: tuple[int, int] = (40, 60)

    @property
    def key(self) -> str:
        return str(self.size)

    def draw(self) -> np.ndarray:
        return np.zeros((*self.size, 3), np.uint8)


def box(number: int, size: tuple[int, int] = (40, 60), **fields: object) -> Record:
    """An oblong region whose proportions are its own: they tell who lent it."""
    x, y, w, h = 3 + 5 * (number % 5), 2 + 3 * (number % 4), 4 + 3 * number, 24 - 2 * number
    marks = (Annotation("box", points=((x, y, x + w, y + h),)),)
    return Record(**({"id": f"box {number}", "image": Blank(size), "label": "a", "annotations": marks} | fields))  # type: ignore[arg-type]


def drawn(record: Record, size: tuple[int, int] = (40, 60)) -> np.ndarray:
    roi = render(record.annotations, size, where=record.id)
    assert roi is not None
    return roi


def proportions(roi: np.ndarray) -> float:
    """Width over height."""
    inside = region(roi)
    return float(inside.any(axis=0).sum() / inside.any(axis=1).sum())


@pytest.mark.parametrize("kind", ["random", "centre"])
def test_area_is_that_of_the_own_region(kind: str) -> None:
    records = [box(i) for i in range(8)] + [spot_record(i, size=(40, 60)) for i in range(8)]
    for before, after in zip(records, guided_by(records, Roi(control=kind)), strict=True):  # type: ignore[arg-type]
        assert drawn(after).sum() == pytest.approx(drawn(before).sum(), rel=0.01)
        assert (after.id, after.label, after.image) == (before.id, before.label, before.image)


def test_random_lends_each_region_once_and_never_to_its_own_image() -> None:
    records = [box(i) for i in range(8)]
    shapes = np.array([proportions(drawn(r)) for r in records])
    found = controlled(records, "random", seed=0, gaze_blur=9)
    lenders = [int(np.abs(np.log(shapes / proportions(drawn(r)))).argmin()) for r in found]
    assert sorted(lenders) == list(range(8))
    assert all(lender != own for own, lender in enumerate(lenders))


def test_random_takes_the_region_of_another_group_if_it_can() -> None:
    for seed in range(20):
        sizes = [4, 1, 3, 1, 2, 1]  # none has more than half
        round_ = circle([box(0, id=f"{g} {i}", group=str(g)) for g, n in enumerate(sizes) for i in range(n)], seed)
        assert all(a.group != b.group for a, b in zip(round_, [*round_[1:], round_[0]], strict=True))
    halves = circle([box(0, id=f"{g} {i}", group=g) for g in "ab" for i in range(3)], 0)
    assert [r.group for r in halves] in (["a", "b"] * 3, ["b", "a"] * 3)


def test_random_depends_on_seed_and_ids_alone() -> None:
    records = [box(i) for i in range(6)]
    first = {r.id: drawn(r) for r in controlled(records, "random", seed=0, gaze_blur=9)}
    again = {r.id: drawn(r) for r in controlled(records[::-1], "random", seed=0, gaze_blur=9)}
    other = {r.id: drawn(r) for r in controlled(records, "random", seed=1, gaze_blur=9)}
    assert all(np.array_equal(first[i], again[i]) for i in first)
    assert not all(np.array_equal(first[i], other[i]) for i in first)
    assert len(Counter(tuple(r.id for r in circle(records, seed)) for seed in range(40))) > 30


def test_unknown_stays_unknown_and_empty_stays_empty_and_neither_lends(tmp_path: Path) -> None:
    empty, missed = Annotation("mask", tmp_path / "empty.png"), Annotation("gaze", points=((-5.0, 3.0), (9.0, 400.0)))
    Image.new("L", (60, 40)).save(tmp_path / "empty.png")
    Image.new("RGB", (60, 40)).save(tmp_path / "image.png")
    records = [
        box(0),
        box(1, annotations=()),
        box(2, annotations=(NOTHING,)),
        box(3, annotations=(empty,)),
        box(4, annotations=(missed,), image=tmp_path / "image.png"),
        box(5),
    ]
    for seed in range(6):
        for kind in ("random", "centre"):
            found = controlled(records, kind, seed=seed, gaze_blur=9)
            assert [found[i].annotations for i in (1, 2, 4)] == [(), (NOTHING,), (missed,)]
            assert not drawn(found[3]).any()
            assert [drawn(found[i]).any() for i in (0, 5)] == [True, True]
            assert annotated_subset(found, 0.5, 0) == annotated_subset(records, 0.5, 0)
        swapped = controlled(records, "random", seed=seed, gaze_blur=9)  # only two are left to swap
        assert proportions(drawn(swapped[0])) == pytest.approx(proportions(drawn(records[5])), rel=0.3)


def test_nobody_to_lend_is_refused() -> None:
    with pytest.raises(UserError, match=r"data\.roi\.control.*only one is annotated"):
        guided_by([box(0), box(1, annotations=())], Roi(control="random"))
    guided_by([box(0), box(1, annotations=())], Roi(control="centre"))


def test_region_that_would_leave_the_image_is_moved_back_in() -> None:
    lent = np.zeros((40, 60), np.float32)
    lent[:8, 50:] = 1  # in the corner
    grown = zoomed(lent, (40, 60), 3)
    assert grown.sum() == pytest.approx(9 * lent.sum(), rel=0.05)
    assert region(grown)[1:23, 31:59].all()
    assert not grown[25:].any()
    beyond = zoomed(lent, (40, 60), 7)  # 56 x 70: larger than the image
    assert beyond.min() == 1


def test_size_of_the_lender_plays_no_part() -> None:
    rows, columns = np.mgrid[:40, :60]
    small = ((rows // 10 == 1) & (columns // 15 == 2)).astype(np.float32)
    large = small.repeat(3, axis=0).repeat(2, axis=1)
    assert np.abs(zoomed(large, (40, 60), 1) - small).mean() < 0.02
    np.testing.assert_allclose(zoomed(small, (40, 60), 1), small, atol=1e-6)


def test_region_with_a_hole_where_the_zoom_would_need_it_is_passed_over() -> None:
    far = tuple(Annotation("box", points=((x, y, x + 2, y + 2),)) for x, y in ((0, 0), (58, 38)))  # no zoom makes it cover half
    records = [box(0, annotations=(Annotation("box", points=((5, 5, 55, 35),)),)), box(1, annotations=far), box(2)]
    for seed in range(4):
        found = controlled(records, "random", seed=seed, gaze_blur=9)
        assert drawn(found[0]).sum() == pytest.approx(1500, rel=0.01)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.8, 0.99, 1])
def test_centre_is_a_disc_in_the_middle_whatever_its_area(share: float) -> None:
    area = share * 2400
    pixels, error = of_area(lambda radius: disc((40, 60), radius), area, float(np.sqrt(area / np.pi)))
    assert error < 0.005
    assert abs(pixels.sum() / 255 - area) < 0.005 * area
    assert np.array_equal(pixels, pixels[::-1, ::-1])
    distance = np.hypot(*(np.mgrid[:40, :60] - np.array([19.5, 29.5])[:, None, None]))
    assert distance[pixels == 255].max(initial=0) <= distance[pixels == 0].min(initial=99)


def test_quality_still_applies_and_evaluation_sees_the_true_region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    roi = Roi(control="random", invert=True)
    records = [spot_record(i) for i in range(6)]
    train = ImageDataset(guided_by(records, roi), ["a", "b"], Data(image_size=48, roi=roi), train=True)
    plain = ImageDataset(guided_by(records, Roi(control="random")), ["a", "b"], Data(image_size=48), train=True)
    test = ImageDataset(records, ["a", "b"], Data(image_size=48, roi=roi), train=False)
    for i in range(6):
        assert np.allclose(train[i].roi, 1 - plain[i].roi, atol=0.005)
        assert np.allclose(test[i].roi[0] * 255, Spot(12 + 7 * (i % 4), 14 + 6 * (i // 4), grey=True).draw(), atol=0.01)


def test_key_follows_what_is_lent() -> None:
    found = guided_by([spot_record(i) for i in range(5)], Roi(control="random"))
    other = guided_by([spot_record(i) for i in range(4)] + [spot_record(9)], Roi(control="random"))
    assert found[0].annotations[0].source.key != other[0].annotations[0].source.key  # type: ignore[union-attr]
