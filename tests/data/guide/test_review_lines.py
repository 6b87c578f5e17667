"""The file of reviews: what is read, what counts, and what is refused by its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sightline.data.guide.review_lines import read_reviews
from sightline.data.sets.rle import text_of
from sightline.errors import UserError

LINE: dict[str, Any] = {
    "image": "mel/a.png",
    "id": "mel/a.png",
    "split": "train",
    "run": "first",
    "reviewer": "ana",
    "at": "2026-11-27T10:00:00Z",
    "map": "right",
    "label_doubted": False,
    "unusable": False,
    "comment": "",
    "size": [4, 6],
    "shapes": [],
    "looked": None,
    "threshold": 0.5,
}
RUNS = text_of(np.eye(4, 6) > 0)


def file(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "reviews.jsonl"
    path.write_text(
        "".join(line if isinstance(line, str) else json.dumps(LINE | line, ensure_ascii=False) + "\r\n" for line in lines), encoding="utf-8"
    )
    return path


def test_shapes_and_masks_are_read(tmp_path: Path) -> None:
    shapes = [
        {"kind": "polygon", "points": [[0, 0], [3, 0], [3, 2.5]]},
        {"kind": "box", "box": [1, 1, 3, 2]},
        {"kind": "mask", "counts": RUNS},
    ]
    (found,) = read_reviews(file(tmp_path, {"map": "wrong", "shapes": shapes, "looked": RUNS, "comment": "a\u2028b"}, "\n"))
    assert [(mark.kind, mark.author, mark.made) for mark in found.shapes] == [(s["kind"], "ana", LINE["at"]) for s in shapes]
    assert found.shapes[0].points == ((0, 0), (3, 0), (3, 2.5))
    assert found.looked is not None
    assert np.array_equal(found.looked.draw() > 0, np.eye(4, 6) > 0)
    assert (found.wrong, found.doubted, found.unusable, found.size) == (True, False, False, (4, 6))


def test_the_newest_line_of_each_person_on_each_image_counts(tmp_path: Path) -> None:
    late, early = "2026-11-27T12:00:00+01:00", "2026-11-27T10:30:00Z"
    path = file(
        tmp_path,
        {"at": late, "map": "wrong"},  # 11 o'clock in UTC
        {"at": early, "map": "right"},
        {"reviewer": "ben", "map": "unsure"},
        {"reviewer": "ben", "map": "wrong"},  # at the same time: the later line
        {"id": "b", "map": "right"},
    )
    found = [(review.id, review.reviewer, review.wrong) for review in read_reviews(path)]
    assert found == [("mel/a.png", "ana", True), ("mel/a.png", "ben", True), ("b", "ana", False)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "the line: a section of settings is wanted"),
        ({"id": None}, "id: a word is wanted"),
        ({"reviewer": ""}, "reviewer: "),
        ({"at": "yesterday"}, "cannot be read (Invalid isoformat"),
        ({"map": "left"}, "map: "),
        ({"size": [4]}, "size.1: Field required"),
        ({"size": [0, 6]}, "size.0: "),
        ({"shapes": [{"kind": "polygon", "points": [[0, 0], [1, 1]]}]}, "points"),
        ({"shapes": [{"kind": "polygon", "points": [[0, 0], [1, 1], [float("nan"), 1]]}]}, "finite number"),
        ({"shapes": [{"kind": "circle"}]}, "shapes.0"),
        ({"shapes": [{"kind": "mask", "counts": "04"}]}, "its runs cover 4 pixels, but 6 x 4 are 24"),
        ({"looked": "zzz"}, "its runs cover"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(line: dict[str, Any] | str, said: str, tmp_path: Path) -> None:
    path = file(tmp_path, {}, line)
    with pytest.raises(UserError) as error:
        read_reviews(path)
    assert str(error.value).startswith(f"{path} line 2: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_reviews(tmp_path / "gone.jsonl")
    (tmp_path / "latin").write_bytes("ä".encode("latin-1"))
    with pytest.raises(UserError, match="it is not UTF-8"):
        read_reviews(tmp_path / "latin")
