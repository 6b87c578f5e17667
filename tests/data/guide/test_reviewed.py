"""What becomes of reviews: outlines, places to avoid, images left out; and what never changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.guide.reviewed import remarks_on, with_reviews
from sightline.data.sets.rle import text_of
from sightline.errors import UserError
from sightline.results.data_check import Reviews
from sightline.types import Annotation, Record

SIZE = (8, 10)
OWN = Annotation("box", points=((0.0, 0.0, 3.0, 3.0),))
SQUARES = {"small": [2, 2, 5, 5], "large": [2, 2, 7, 6], "other": [6, 6, 9, 8]}


def block(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    inside = np.zeros(SIZE, bool)
    inside[y0:y1, x0:x1] = True
    return inside


def records(root: Path) -> dict[str, list[Record]]:
    """Two images of each split, one of them annotated."""
    found: dict[str, list[Record]] = {}
    for split in ("train", "val", "test"):
        for name in ("a", "b"):
            path = root / split / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", SIZE[::-1]).save(path)
            marks = (OWN,) if name == "a" else ()
            found.setdefault(split, []).append(Record(f"{split}/{name}.png", path, "mel", split=split, annotations=marks))
    return found


def box(name: str) -> dict[str, Any]:
    return {"kind": "box", "box": SQUARES[name]}


def line(image: str, reviewer: str = "ana", **more: Any) -> dict[str, Any]:
    given = {"image": image, "id": image, "reviewer": reviewer, "at": "2026-11-27T10:00:00Z", "map": None, "size": list(SIZE)}
    return {**given, "shapes": [], "looked": None, **more}


class Case:
    def __init__(self, root: Path) -> None:
        self.root, self.splits = root, records(root)

    def __call__(self, *lines: dict[str, Any], **settings: Any) -> dict[str, Record]:
        file = self.root / "reviews.jsonl"
        file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        self.data = Data(name="folder", root=self.root, reviews=file, **settings)
        every = [record for some in self.splits.values() for record in some]
        self.changed, self.report = with_reviews(self.splits, every, self.data)
        return {record.id: record for some in self.changed.values() for record in some}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def inside(marks: tuple[Annotation, ...]) -> np.ndarray:
    found = render(marks, SIZE, where="")
    assert found is not None
    return found >= 0.5


def test_outlines_become_the_annotation(case: Case) -> None:
    polygon = {"kind": "polygon", "points": [[1, 1], [8, 1], [8, 7]]}
    found = case(
        line("train/a.png", shapes=[box("large")]), line("val/b.png", map="wrong", shapes=[polygon], looked=text_of(block(0, 0, 2, 2)))
    )
    (mark,) = found["train/a.png"].annotations
    assert (mark.kind, mark.points, mark.author) == ("box", ((2, 2, 7, 6),), "ana")
    assert found["val/b.png"].annotations[0].points == ((1, 1), (8, 1), (8, 7))
    assert not found["val/b.png"].avoid, "who draws has said where it is; the wrong place is no further hint"
    assert case.report.outlined == ["train/a.png", "val/b.png"]


@pytest.mark.parametrize("how", ["union", "intersection", "majority", "staple"])
def test_outlines_of_several_readers_are_merged(how: str, case: Case) -> None:
    lines = [line("train/a.png", name, shapes=[box(size)]) for name, size in (("ana", "small"), ("ben", "large"), ("cy", "large"))]
    found = case(*lines, reviews_merge=how)
    expected = block(2, 2, 5, 5) if how == "intersection" else block(2, 2, 7, 6)
    assert np.array_equal(inside(found["train/a.png"].annotations), expected)
    assert found["train/a.png"].annotations[0].author == "ana, ben, cy"
    assert (case.report.merged, case.report.reviewers) == (["train/a.png"], ["ana", "ben", "cy"])
    pairs = {(one.a, one.b): (one.images, round(one.dice, 4)) for one in case.report.agreement}
    assert pairs == {("ana", "ben"): (1, round(2 * 9 / 29, 4)), ("ana", "cy"): (1, round(2 * 9 / 29, 4)), ("ben", "cy"): (1, 1.0)}


def test_readers_who_agree_in_nothing_do_not_say_that_there_is_nothing(case: Case) -> None:
    lines = [line("train/a.png", name, shapes=[box(size)]) for name, size in (("ana", "small"), ("ben", "other"))]
    assert case(*lines, reviews_merge="intersection")["train/a.png"].annotations == (OWN,)
    assert (case.report.disjoint, case.report.outlined) == (["train/a.png"], [])


def test_a_wrong_place_is_to_be_avoided_except_where_the_finding_is(case: Case) -> None:
    looked = text_of(block(1, 1, 6, 6))
    found = case(
        line("train/a.png", map="wrong", looked=looked),
        line("train/b.png", map="wrong", looked=looked),
        line("val/a.png", map="right", looked=looked),
        line("val/b.png", map="wrong"),
    )
    assert np.array_equal(inside(found["train/a.png"].avoid), block(1, 1, 6, 6) & ~block(0, 0, 3, 3))
    assert found["train/a.png"].annotations == (OWN,)
    assert np.array_equal(inside(found["train/b.png"].avoid), block(1, 1, 6, 6))
    assert not found["train/b.png"].annotations, "nobody has said where it is: that stays unknown"
    assert not found["val/a.png"].avoid
    assert (case.report.avoiding, case.report.placeless) == (["train/a.png", "train/b.png"], ["val/b.png"])
    drawn = case(line("train/b.png", "ben", shapes=[box("small")]), line("train/b.png", "ana", map="wrong", looked=looked))["train/b.png"]
    assert np.array_equal(inside(drawn.avoid), block(1, 1, 6, 6) & ~block(2, 2, 5, 5))


def test_a_wrong_place_within_the_region_alone_is_no_place_to_avoid(case: Case) -> None:
    assert not case(line("train/a.png", map="wrong", looked=text_of(block(0, 0, 2, 2))))["train/a.png"].avoid
    assert case.report.placeless == ["train/a.png"]


def test_unusable_images_leave_training_and_validation_and_test_images_stay(case: Case) -> None:
    found = case(
        line("train/a.png", unusable=True),
        line("val/b.png", unusable=True),
        line("test/a.png", unusable=True, shapes=[box("large")]),
        line("test/b.png", map="wrong", looked=text_of(block(0, 0, 2, 2))),
    )
    assert sorted(found) == ["test/a.png", "test/b.png", "train/b.png", "val/a.png"]
    assert case.changed["test"] == case.splits["test"]
    assert (case.report.unusable, case.report.of_test) == (["train/a.png", "val/b.png"], ["test/a.png", "test/b.png"])
    assert any("2 images called unusable: left out of training and validation" in said for said in remarks_on(case.report, case.data))


def test_doubted_labels_are_kept_unless_the_setting_drops_them(case: Case) -> None:
    doubt = line("train/a.png", label_doubted=True, shapes=[box("large")])
    assert case(doubt)["train/a.png"].annotations[0].points == ((2, 2, 7, 6),)
    assert case.report.doubted == ["train/a.png"]
    assert "train/a.png" not in case(doubt, reviews_doubted="drop")
    assert case.report.doubted == ["train/a.png"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line("train/zz.png"), "is about 'train/zz.png', which is no image of the data set"),
        (line("train/a.png") | {"image": "train/b.png"}, "is about train/b.png, but 'train/a.png' is a.png in this data set"),
        (line("train/a.png", size=[10, 8]), "is about a picture of 8 x 10 pixels, but train/a.png has 10 x 8"),
        (line("train/a.png", shapes=[{"kind": "box", "box": [20, 2, 25, 5]}]), "lies outside the image"),
        (line("train/a.png", shapes=[{"kind": "mask", "counts": text_of(np.zeros(SIZE, bool))}]), "covers no pixel"),
    ],
)
def test_a_line_that_does_not_fit_is_named(wrong: dict[str, Any], said: str, case: Case) -> None:
    with pytest.raises(UserError) as error:
        case(line("train/b.png"), wrong)
    assert str(error.value).startswith(f"{case.root / 'reviews.jsonl'} line 2: ")
    assert said in str(error.value)


def test_an_image_of_a_class_that_is_left_out_is_no_mistake(case: Case) -> None:
    Image.new("RGB", SIZE[::-1]).save(case.root / "other.png")
    case(line("other.png"))
    assert case.report.unused == ["other.png"]


def test_the_versions_of_a_decoy_are_test_images(case: Case) -> None:
    case(line("test/a.png@flipped") | {"image": "test/a.png"}, decoy={"artefact": "ruler"})
    assert case.report.of_test == ["test/a.png"]


def test_what_was_done_is_said_in_one_sentence_each(case: Case) -> None:
    case(line("train/a.png", shapes=[box("small")]), line("train/b.png", "ben", map="unsure"))
    assert remarks_on(case.report, case.data) == [
        "Reviews: 2 training and validation images reviewed by ana, ben",
        "Reviews: 1 image whose annotation is what readers outlined (train/a.png)",
    ]
    assert isinstance(case.report, Reviews)
