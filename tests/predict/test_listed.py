"""What a table says of its pictures: the region of each, or why it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.predict.listed import listed


def table_of(folder: Path, pictures: Path, header: str, *cells: str) -> Path:
    table = folder / "list.csv"
    rows = [f"{pictures / name}.png,{cell}" for name, cell in zip("abcef", cells, strict=False)]
    table.write_text("\n".join([f"image,{header}", *rows]) + "\n", encoding="utf-8")
    return table


@pytest.mark.parametrize(
    ("column", "cells", "noted"),
    [
        ("box", ["0.1 0.2 0.4 0.6", "", "0 0 1 1"], [2, 4]),
        ("polygon", ["0.1 0.2 0.9 0.2 0.5 0.8"], [2]),
        ("box", ["0.1 0.2 0.4 0.6", "3 4 20 30"], [2]),
        ("box", ["0 0 1 1", "3 4 20 30"], []),  # the first pixel
        ("box", ["0 0 1 1"], [2]),
        ("polygon", ["0.5 0.5 20.5 1 7 30"], []),
    ],
)
def test_shares_are_not_taken_for_pixels(tmp_path: Path, pictures: Path, column: str, cells: list[str], noted: list[int]) -> None:
    table = table_of(tmp_path, pictures, column, *cells)
    found = dict(enumerate(listed(table), start=2))
    assert [line for line, one in found.items() if one.note] == noted
    for line, one in found.items():
        assert bool(one.region) == (line not in noted and bool(cells[line - 2]))
        if line in noted:
            assert f"{table} line {line} {column}: holds 0" in one.note
            assert "which looks like shares of the image's sides" in one.note


def test_four_columns_are_one_box(tmp_path: Path, pictures: Path) -> None:
    whole, bare = listed(table_of(tmp_path, pictures, "left,top,width,height", "3,4,20,30", ",,,"))
    assert [mark.points for mark in whole.region] == [((3, 4, 23, 34),)]
    assert (bare.region, bare.note) == ((), "")
