"""Numbers and shapes in cells: decimal commas are named, never read as something else."""

from __future__ import annotations

import pytest

from sightline.data.table_cells import boxes, number, polygons
from sightline.errors import UserError

BOX = [((10.5, 20.0, 60.0, 80.0),)]


@pytest.mark.parametrize(
    "cell",
    [
        "10.5 20 60 80",
        "10.5,20,60,80",
        "10.5, 20, 60, 80",
        " 10.5 20\t60  80 ;",
        "10.5,20 60,80",
        "[10.5, 20, 60, 80]",
        "1.05e1 2e1 60 80.",
    ],
)
def test_spellings_of_a_box(cell: str) -> None:
    assert boxes(cell, "") == BOX


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (boxes, "0,25 0,3 0,7 0,8"),
        (boxes, "10,5 20 60 80"),
        (boxes, "10,5 20 60"),
        (boxes, "10,5, 20,5, 60,5, 80,5"),
        (polygons, "10,5 10,5 60,25 10,5 60,25 60,5"),
        (polygons, "10,5 10 60 10 60 60"),
        (polygons, "10,5, 10,5, 60,25, 10,5, 60,25, 60,5"),
    ],
)
def test_a_decimal_comma_is_named(read: object, cell: str) -> None:
    with pytest.raises(UserError, match=r"t box: '.*' may hold numbers with a decimal comma, such as '\d+,\d+'"):
        read(cell, "t box")  # type: ignore[operator]


def test_corners_divided_by_commas_are_read_where_they_cannot_be_decimal_commas() -> None:
    assert len(polygons("1,2 3,4 5,6", "")[0]) == 3
    assert len(polygons("1,2 3,4 5,6 7,8", "")[0]) == 4
    assert len(polygons("1.5,2 3,4 5,6 7,8 9,10 11,12", "")[0]) == 6


@pytest.mark.parametrize("value", ["1_0", "inf", "nan", "1,5", "٣", "", "0x10", True, None, 10**400, float("inf"), "9" * 400])
def test_what_is_no_number(value: object) -> None:
    with pytest.raises(UserError, match=r"is not a number|has a decimal comma"):
        number(value, "t")


def test_an_empty_list_is_no_shape() -> None:
    assert boxes("[]", "") == boxes([], "") == boxes([[]], "") == boxes("", "") == []


@pytest.mark.parametrize("cell", ["(1, 2, 3.5, 4)", "[(1, 2, 3.5, 4)]", "((1, 2), (3.5, 4))", "[(1, 2), (3.5, 4)]"])
def test_tuples_of_python_are_read(cell: str) -> None:
    assert boxes(cell, "t.csv line 2") == [((1, 2, 3.5, 4),)]
    assert polygons("(1, 2), (3, 4), (5.5, 6)", "t.csv line 2") == [((1, 2), (3, 4), (5.5, 6))]
    assert boxes("(1, 2, 3, 4); (5, 6, 7, 8)", "t.csv line 2") == [((1, 2, 3, 4),), ((5, 6, 7, 8),)]
