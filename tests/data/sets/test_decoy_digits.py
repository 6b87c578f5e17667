"""Decoy digits: squares of the digit's shade in training, of random shades in the test, and none where they are removed."""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sightline.data.sets.decoy_digits import AVAILABLE, DigitImage, _digits, middle, read, shade_of
from sightline.errors import UserError
from sightline.types import Record


def by_split(**options: int) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in read(**options):
        found.setdefault(record.split or "", []).append(record)
    return found


def test_a_picture_is_a_digit_in_the_middle_and_a_square_in_a_corner() -> None:
    for corner, (row, column) in enumerate([(0, 0), (0, 24), (24, 0), (24, 24)]):
        picture = DigitImage(28, 5, corner, shade_of(3)).draw()
        assert picture.shape == (28, 28, 3)
        assert (picture[row : row + 4, column : column + 4] == 255 - 75).all()  # 4 x 4 pixels of 255 - 25 y, as printed
        left, top, right, bottom = middle(28)
        outside = picture.copy()
        outside[top:bottom, left:right] = 0
        assert np.count_nonzero(outside) == 4 * 4 * 3, "nothing but the square lies beside the digit"
    inside = DigitImage(28, 5).draw()[4:24, 4:24, 0].astype(float)
    digit = load_digits().images[5].repeat(20, 0).repeat(20, 1).reshape(20, 8, 20, 8).mean((1, 3))
    assert np.corrcoef(inside.ravel(), digit.ravel())[0, 1] > 0.9, "it is that digit, upright"


def test_shades_tell_the_digit_in_training_and_nothing_in_the_test() -> None:
    found = by_split(train=400, val=50, test=600)
    counts = {name: len(records) for name, records in found.items()}
    assert counts == {"train": 400, "val": 50, "matched": 600, "random": 600, "removed": 600}
    for name in ("train", "val", "matched"):
        assert all(record.tags["shade"] == record.label for record in found[name])
    agrees = np.mean([record.tags["shade"] == record.label for record in found["random"]])
    assert 0.05 < agrees < 0.16
    assert min(Counter(record.tags["shade"] for record in found["random"]).values()) > 30
    assert all(record.tags == {} and record.image.draw()[:4, :4].max() == 0 for record in found["removed"][:20])  # type: ignore[union-attr]
    assert Counter(r.group for r in found["random"]) == Counter(r.group for r in found["removed"])
    assert not {r.group for r in found["train"]} & {r.group for r in found["random"]}


def test_regions_are_the_digit_and_the_square() -> None:
    record = next(r for r in read(train=10, val=0, test=0))
    ((left, top, right, bottom),) = record.avoid[0].points
    picture = record.image.draw()  # type: ignore[union-attr]
    assert (picture[int(top) : int(bottom), int(left) : int(right)] == shade_of(int(record.label))).all()
    assert (right - left, bottom - top) == (4, 4)
    assert record.annotations[0].points == ((4.0, 4.0, 24.0, 24.0),)


def test_no_more_digits_than_there_are() -> None:
    assert len(read(train=AVAILABLE, val=0, test=0)) == AVAILABLE
    with pytest.raises(UserError, match="has 1,797 digits, and 1,798 are asked for"):
        read(train=AVAILABLE, val=1, test=0)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    _digits.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(UserError, match=r"pip install 'sightline\[digits\]'"):
        read()
