from __future__ import annotations

import pytest

from sightline.plural import count


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1234567, "1,234,567 images"), (-1, "-1 images")]
)
def test_one_is_said_otherwise_than_all_other_numbers(number: int, words: str) -> None:
    assert count(number, "image") == words


def test_a_word_with_a_plural_of_its_own_has_it() -> None:
    assert (count(1, "class", "classes"), count(2, "class", "classes")) == ("1 class", "2 classes")
