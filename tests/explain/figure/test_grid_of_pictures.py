"""Pictures in rows and columns at the width of a page."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.explain.colours import MUTED, RIGHT, WRONG
from sightline.explain.figure.grid import NARROW, PAGE, WIDE, bar_of, grid
from sightline.explain.run_pictures import Cell

PIXELS = np.zeros((20, 40, 3), np.uint8)


def cell(caption: str = "", right: bool | None = None) -> Cell:
    return Cell(PIXELS, caption, right, "alt")


def test_it_is_as_wide_as_a_page_with_cells_that_are_neither_tiny_nor_huge() -> None:
    for columns in (1, 5, 12):
        figure = grid([[cell()] * columns], [])
        wide = figure.axes[0].get_position().width * figure.get_figwidth()
        assert NARROW - 1e-9 <= wide <= WIDE + 1e-9
        assert len(figure.axes) == columns
    assert grid([[cell()] * 5], []).get_figwidth() == pytest.approx(PAGE)
    assert grid([[cell()] * 12], []).get_figwidth() > PAGE, "rather a wider page than cells that nobody can read"


def test_pictures_keep_their_form_and_rows_lie_below_each_other() -> None:
    figure = grid([[cell(), None], [cell(), cell()]], ["a", "b"])
    assert len(figure.axes) == 3, "an empty place has no axes"
    first, third, last = (axes.get_position() for axes in figure.axes)
    for place in (first, third, last):
        assert place.width * figure.get_figwidth() == pytest.approx(2 * place.height * figure.get_figheight())
    assert first.y0 > third.y1
    assert (first.x0, third.y0) == pytest.approx((third.x0, last.y0))


def test_captions_have_the_colour_of_the_decision() -> None:
    figure = grid([[cell("right", True), cell("wrong", False), cell("neither")]], ["one", "two", "three"], sides=["side"])
    colours = {text.get_text(): text.get_color() for text in figure.texts}
    assert (colours["right"], colours["wrong"], colours["neither"]) == (RIGHT, WRONG, MUTED)
    assert {"one", "two", "three", "side"} < set(colours)
    assert [text.get_rotation() for text in figure.texts if text.get_text() == "side"] == [90]


def test_a_bar_of_colours_and_a_note_take_room_below() -> None:
    plain = grid([[cell()]], [])
    bar = bar_of("default", "evidence", ("none", "most"))
    keyed = grid([[cell()]], [], bar=bar, note="Each map has a scale of its own.")
    assert keyed.get_figheight() > plain.get_figheight() + 0.5
    key = keyed.axes[-1]
    assert (key.get_xlabel(), [label.get_text() for label in key.get_xticklabels()]) == ("evidence", ["none", "most"])
    assert bar.colours.shape == (256, 3)
    assert "Each map has a scale" in keyed.texts[-1].get_text().replace("\n", " ")
    assert keyed.axes[0].get_position().y0 > key.get_position().y1
