"""One grammar names the groups of images: in settings, on the command line, in the scores of a study."""

from __future__ import annotations

import pytest

from sightline.errors import UserError
from sightline.overrides import override
from sightline.recipe import load_recipe
from sightline.tag_groups import Bin, bin_of, by_tag, name_of


def test_a_bin_holds_its_lower_edge_and_not_its_upper():
    below, between, above = by_tag("age=40,60").bins
    assert [39.9 in below, 40 in below, 40 in between] == [True, False, True]
    assert [59.9 in between, 60 in between, 60 in above] == [True, False, True]
    assert [one.name for one in (below, between, above)] == ["<40", "40-60", ">=60"]
    assert by_tag("age=40,60").words == "Groups of age: below 40; 40 to below 60; 60 and above."


@pytest.mark.parametrize("bin", [Bin(40, 60), Bin(high=40), Bin(60), Bin(-5, -1.5), Bin(1e-3, 2e6)])
def test_the_name_of_a_bin_is_read_back(bin):
    assert bin_of(bin.name) == bin


def test_what_is_no_bin_is_the_name_of_a_value():
    assert bin_of("female") is None
    assert bin_of("left-arm") is None
    with pytest.raises(ValueError, match="not below"):
        bin_of("60-40")
    assert (name_of(True), name_of(3.0), name_of(" left arm ")) == ("yes", "3", "left arm")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no tag"),
        ("=40", "names no tag"),
        ("age=", "not a number"),
        ("age=40,old", "'old' is not a number"),
        ("age=60,40", "rising numbers"),
        ("age=40,40", "rising numbers"),
        ("age=1e999", "not a number"),
        ("age=nan", "not a number"),
        ("age=" + ",".join(map(str, range(21))), "up to 20"),
    ],
)
def test_what_cannot_be_read_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        by_tag(text)


def test_the_setting_is_checked_with_the_recipe():
    base = load_recipe("energy").model_dump(mode="json")
    from sightline.recipe import recipe_from

    assert recipe_from(override(base, {"evaluate.by": ["sex", "age=40,60"]}), "here").evaluate.by == ("sex", "age=40,60")
    for wrong, why in ((["age=60,40"], "rising numbers"), (["sex", "sex"], "named twice"), ([40], "evaluate.by")):
        with pytest.raises(UserError, match=why):
            recipe_from(override(base, {"evaluate.by": wrong}), "here")
