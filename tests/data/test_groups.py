"""Groups whose names are not what they seem."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tables import pictures

from sightline.config import Data, Split
from sightline.data.groups import alike_groups, check_groups, outsized_group
from sightline.data.reading import look
from sightline.data.remarks import remarks
from sightline.errors import UserError
from sightline.types import Record


def of_groups(*groups: str | None) -> list[Record]:
    return [Record(str(i), Path(f"{i}.png"), "cat", group=group) for i, group in enumerate(groups)]


@pytest.mark.parametrize("two", [("3", "3.0"), ("3", "003"), ("003", "3.00"), ("-3", "-3.")])
def test_one_number_in_two_spellings_is_refused(two: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"the groups '.*' \(2 images\) and '.*' \(1 images\) are one number in two spellings"):
        check_groups(of_groups(two[0], two[0], two[1], None), "t.csv")


def test_numbers_that_differ_are_none() -> None:
    check_groups(of_groups("3", "30", "3.5", "0.3", "-3", "1" * 20, "1" * 19 + "2", "1e3", "1000"), "t.csv")


@pytest.mark.parametrize("two", [("P1", "p1"), ("P 1", "P1"), ("P-1", "P1"), ("P001", "P1"), ("P1", "P1\u200b"), ("A_1_2", "a 1 2")])
def test_groups_that_are_spelt_almost_alike_are_said(two: tuple[str, str]) -> None:
    (note,) = alike_groups(of_groups(*two, two[0], None))
    assert note.startswith(f"group: {two[0]!r} and {two[1]!r} are spelt almost alike; they count as two")


def test_groups_that_only_resemble_each_other_are_not() -> None:
    assert alike_groups(of_groups("P1-1", "P11", "P1", "P10", "?", "+", "3", "3.5", "\u03b1", "\u03b2")) == []
    assert alike_groups(of_groups("3", "003")) == []  # these are refused


def test_both_are_found_whatever_reads_the_data(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"{i}.png" for i in range(4)))
    (tmp_path / "t.csv").write_text("image,label,group\n0.png,cat,3\n1.png,dog,3.0\n2.png,cat,P 1\n3.png,dog,P1\n", encoding="utf-8")
    dataset, problems = look(Data(name="table", root=tmp_path / "t.csv"))
    assert [problem.reason.split(" (")[0] for problem in problems] == ["the groups '3'"]
    assert any("'P 1' and 'P1' are spelt almost alike" in note for note in dataset.notes)


def test_a_group_much_larger_than_all_others_is_to_be_looked_at() -> None:
    records = of_groups(*["0"] * 12, *"abcdef", "a", "b", None)
    (remark,) = outsized_group(records)
    assert "The group '0' holds 12 of 21 images, and no other more than 2" in remark
    assert remark in remarks(records, {"train": records}, ["cat"], [], Split())
    for usual in (
        ["a"] * 12 + ["b"] * 5 + ["c"] * 3,
        ["a"] * 50 + ["b"],
        ["a"] * 9 + ["b", "c"],
        ["a"] * 12 + [str(i) for i in range(200)],
    ):
        assert outsized_group(of_groups(*usual)) == []
