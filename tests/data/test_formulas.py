"""Cells that a spreadsheet would carry out are written as text, and read as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.data.formulas import STARTS, as_text, from_text


@pytest.mark.parametrize("cell", ["=1+1", "+49 228", "-a", "@b", "\tc", "\rd", "\ne", "＝f", "'g"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"
    assert from_text(f"'{cell}") == cell


@pytest.mark.parametrize("cell", ["-1", "+0.5", "-1e-3", "a=b", "", 7, -0.5, None, True])
def test_numbers_and_plain_text_stay(cell: object) -> None:
    assert as_text(cell) == cell


@given(st.text(alphabet=[*STARTS, "'", "a", "1", "."]))
def test_every_text_is_read_as_it_was(cell: str) -> None:
    written = as_text(cell)
    assert from_text(written) == cell
    assert from_text(cell) in (cell, cell[1:])
