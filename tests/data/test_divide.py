"""Each image belongs to one group of a tag, and who is not known is a group of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightline.data.divide import belongs, divide, settled
from sightline.errors import UserError
from sightline.tag_groups import NOT_KNOWN, by_tag
from sightline.types import Record


def people(tag, *values):
    return [Record(str(i), Path("x"), "nevus", tags={} if value is None else {tag: value}) for i, value in enumerate(values)]


def groups(records, by):
    found = divide(records, by)
    return [found.names[i] for i in found.member]


def test_numbers_fall_into_stated_bins_and_the_edge_into_the_upper_one():
    records = people("age", 39, 40, 59.5, 60, np.int64(80), None)
    assert groups(records, by_tag("age=40,60")) == ["<40", "40-60", "40-60", ">=60", ">=60", NOT_KNOWN]


def test_what_says_nothing_is_not_known_and_stands_last():
    records = people("sex", "male", "Unknown", "", None, float("nan"), "n/a", "female")
    found = divide(records, by_tag("sex"))
    assert found.names == ("female", "male", NOT_KNOWN)
    assert found.member.tolist() == [1, 2, 2, 2, 2, 2, 0]


def test_numbers_without_edges_are_divided_at_the_quartiles_of_all_images():
    records = people("age", *range(1, 101), "unknown")
    (by,) = settled(["age"], records)
    assert (by.edges, by.quartiles) == ((25.8, 50.5, 75.2), True)
    found = divide(records[:30], by)
    assert (found.names, np.bincount(found.member).tolist()) == (("<25.8", "25.8-50.5"), [25, 5])
    assert "quartiles of all images: below 25.8; 25.8 to below 50.5; 50.5 to below 75.2; 75.2 and above" in by.words


def test_no_bin_at_the_quartiles_is_empty_though_half_the_images_share_one_value():
    records = people("age", *[20] * 50, 30, 40, 50, 60, 70)
    (by,) = settled(["age"], records)
    assert min(np.bincount(divide(records, by).member)) > 0


def test_few_different_numbers_are_grades_and_get_no_bins():
    records = people("grade", 1, 2, 10, 2)
    (by,) = settled(["grade"], records)
    assert divide(records, by).names == ("1", "2", "10"), "by size, not by letters"
    assert groups(people("hair", True, False), by_tag("hair")) == ["yes", "no"]


def test_who_belongs_to_a_group_is_said_in_the_words_of_the_tables():
    ages = people("age", 39, 40, 60, None)
    for group, there in (("age=<40", [1, 0, 0]), ("age=40-60", [0, 1, 0]), ("age=>=60", [0, 0, 1]), ("age=40", [0, 1, 0])):
        assert belongs(ages, group).tolist()[:3] == there, group
        assert np.isnan(belongs(ages, group)[3])
    assert belongs(people("hair", True, False), "hair=yes").tolist() == [1, 0]
    assert belongs(people("ward", "10-20", "a=b@c"), "ward=10-20").tolist() == [1, 0]
    assert belongs(people("ward", "10-20", "a=b@c"), "ward=a=b@c").tolist() == [0, 1]


def test_a_mistake_is_named():
    records = people("age", 40, "85+")
    with pytest.raises(UserError, match=r"'85\+' is not a number.*`by=age`"):
        settled(["age=50"], records)
    with pytest.raises(UserError, match=r'`evaluate\.by=agee`.*Did you mean "age"'):
        settled(["agee"], records, "evaluate.by")
    with pytest.raises(UserError, match="named twice"):
        settled(["age", "age=50"], records)
    with pytest.raises(UserError, match="do not rise"):
        settled(["age=50,40"], records)
    with pytest.raises(UserError, match="have no tags"):
        settled(["age"], people("age", None))
