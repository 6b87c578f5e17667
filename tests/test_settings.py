"""What every section of settings shares."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sightline.errors import UserError
from sightline.recipe import load_recipe
from sightline.settings import BlackWhite, Colour, Count, Factors, Fraction, Name, Plugin, Seed, Settings


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "a\\b", "/etc", "~", "a\nb", "a:b", " a", "a ", "-a", ".a", "a.", "x" * 101, "a*", "a?", "\x1b[31m"]
)
def test_names_that_leave_their_folder_are_refused(name: str) -> None:
    with pytest.raises(UserError, match="a name has up to 100 letters"):
        load_recipe("energy", {"name": name})
    with pytest.raises(UserError, match="a name has up to 100 letters"):
        load_recipe("energy", {"stages": [{"name": name}]})


@pytest.mark.parametrize("name", ["energy", "gain-stage1", "few + random", "trial 2", "größe", "実験1", "w=0.1", "a_b.c", "outside+energy"])
def test_other_names_are_taken(name: str) -> None:
    assert load_recipe("energy", {"name": name}).name == name


class Section(Settings):
    count: Count = 3
    share: Fraction = 0.5


def test_a_section_is_frozen_and_knows_its_keys():
    with pytest.raises(ValidationError, match="frozen"):
        Section().count = 4
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Section(counts=4)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValidationError, match="share"):
            Section(share=value)


@pytest.mark.parametrize(("kind", "value"), [(Count, True), (Fraction, False), (Seed, True), (Colour, True), (Colour, [0.5, True])])
def test_a_truth_value_is_no_number(kind: Any, value: object):
    with pytest.raises(ValidationError, match="a number is wanted, not true or false"):
        TypeAdapter(kind).validate_python(value)


def test_a_range_is_ordered_and_a_scale_goes_from_black_to_white():
    assert TypeAdapter(Factors).validate_python([1, 1]) == (1, 1)
    with pytest.raises(ValidationError, match=r"\[low, high\] with low <= high"):
        TypeAdapter(Factors).validate_python([2, 1])
    assert TypeAdapter(BlackWhite).validate_python([-1024, 3071]) == (-1024, 3071)
    with pytest.raises(ValidationError, match=r"\[black, white\] with black < white"):
        TypeAdapter(BlackWhite).validate_python([5, 5])


@pytest.mark.parametrize(("kind", "least", "most"), [(Count, 1, 100_000), (Fraction, 0, 1), (Seed, 0, 2**32 - 1)])
def test_numbers_lie_between_two_bounds(kind: Any, least: int, most: int):
    adapter = TypeAdapter(kind)
    assert (adapter.validate_python(least), adapter.validate_python(most)) == (least, most)
    for beyond in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            adapter.validate_python(beyond)


def test_a_name_has_up_to_a_hundred_signs():
    assert TypeAdapter(Name).validate_python("x" * 100) == "x" * 100
    assert TypeAdapter(Name).validate_python("x") == "x"


def test_what_a_plugin_is_given_beside_its_name_are_its_options():
    plugin = Plugin(name="energy", weight=2, classes="all")
    assert plugin.options == {"weight": 2, "classes": "all"}
    assert Plugin(name="energy").options == {}
    plugin.options["weight"] = 3
    assert plugin.options["weight"] == 2
