"""Numbers out of their bounds are refused before a verb does anything."""

from __future__ import annotations

import math

import pytest

from sightline.errors import UserError
from sightline.face.bounds import bounded


@bounded(images=(2, None), share=(0, 1))
def verb(run: object, images: int | None = 200, *, share: float = 0.5) -> str:
    """What it does."""
    return f"{run} {images} {share}"


@pytest.mark.parametrize(("given", "told"), [({}, "a 200 0.5"), ({"images": None}, "a None 0.5"), ({"images": 2, "share": 1}, "a 2 1")])
def test_what_is_within_passes(given, told):
    assert verb("a", **given) == told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"images": 1}, "`images=1`: is too small. Give at least 2."),
        ({"share": 1.5}, "`share=1.5`: is too large. Give at most 1."),
        ({"share": math.nan}, "`share=nan`: is no number. Give a number."),
        ({"images": "many"}, "`images='many'`: is no number. Give a number."),
        ({"images": True}, "`images=True`: is no number. Give a number."),
    ],
)
def test_what_is_not_is_refused_with_the_bound(given, said):
    with pytest.raises(UserError) as refused:
        verb("a", **given)
    assert str(refused.value) == said


def test_positions_count_as_names_do_and_the_verb_keeps_its_words():
    with pytest.raises(UserError, match="`images=0`"):
        verb("a", 0)
    with pytest.raises(TypeError, match="missing a required argument: 'run'"):
        verb()
    assert verb.__doc__ == "What it does."


def test_bounds_of_a_parameter_that_is_not_there_are_a_mistake():
    with pytest.raises(AssertionError):
        bounded(other=(1, 2))(lambda images: images)
