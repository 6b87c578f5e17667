"""What can be said of a case, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from sightline.data.sets.rle import text_of
from sightline.errors import UserError
from sightline.review.judgement import Box, Judgement, Mask, Polygon, region, reviewer_name

SIZE = (6, 8)


def test_shapes_are_united_in_pixels_of_the_picture() -> None:
    painted = np.zeros(SIZE, bool)
    painted[5, 7] = True
    shapes = (
        Box(box=(0, 0, 2, 1)),
        Polygon(points=((3, 2), (5, 2), (5, 4), (3, 4))),
        Mask(counts=text_of(painted)),
    )
    found = region(shapes, SIZE)
    assert sorted(map(tuple, np.argwhere(found).tolist())) == [(0, 0), (0, 1), (2, 3), (2, 4), (3, 3), (3, 4), (5, 7)]


def test_corners_outside_are_moved_to_the_border() -> None:
    said = Judgement(shapes=(Box(box=(9, -3, 4, 2)), Polygon(points=((-5, 0), (3.123, 0), (3, 9)))))
    assert said.within(SIZE).shapes == (Box(box=(4, 0, 8, 2)), Polygon(points=((0, 0), (3.12, 0), (3, 6))))


@pytest.mark.parametrize(
    "shape", [Box(box=(20, 20, 30, 30)), Polygon(points=((1, 1), (2, 1), (3, 1))), Mask(counts=text_of(np.zeros(SIZE, bool)))]
)
def test_what_covers_nothing_is_refused(shape: Box | Polygon | Mask) -> None:
    with pytest.raises(UserError, match="covers no pixel"):
        Judgement(shapes=(shape,)).within(SIZE)


@pytest.mark.parametrize("size", [(6, 7), (7, 8), (8, 6, 2)])
def test_the_mask_of_another_picture_is_refused(size: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="its runs cover"):
        Judgement(shapes=(Mask(counts=text_of(np.ones(size, bool))),)).within(SIZE)


@pytest.mark.parametrize(
    "words",
    [
        {"map": "maybe"},
        {"comment": "x" * 5000},
        {"shapes": [{"kind": "polygon", "points": [[0, 0], [1, 1]]}]},
        {"shapes": [{"kind": "box", "box": [0, 0, float("nan"), 1]}]},
        {"shapes": [{"kind": "mask", "counts": "\x00"}]},
        {"shapes": [{"kind": "file", "path": "/etc/passwd"}]},
        {"more": 1},
    ],
)
def test_other_forms_are_refused(words: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Judgement.model_validate(words)


def test_names_are_plain() -> None:
    assert reviewer_name(" Ana  Ruiz ") == "Ana Ruiz"
    for name in ("", "  ", "x" * 61, "a\x1b[0m", "a\u202eb"):
        with pytest.raises(UserError, match="is not a name"):
            reviewer_name(name)
