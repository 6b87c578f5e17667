"""Large tables of data sets known by name: what cannot be read is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.data.sets.csv_columns import header, numbers, rows
from sightline.errors import UserError


def test_columns_come_by_name_and_cells_may_be_long(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f'a,b,c\n1,"x\ny",{"z" * 200_000}\n\n,2,3\n', encoding="utf-8")
    assert header(tmp_path / "t.csv") == ["a", "b", "c"]
    assert [(line, cells[0]) for line, cells in rows(tmp_path / "t.csv", "b", "a")] == [(3, "x\ny"), (5, "2")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n\xe9,1\n", "is not UTF-8 text"),
        (b"a,b\n1\n", "line 2: has 1 cells under 2 columns"),
        (b"a,b\n1,x\n", "line 2: could not convert"),
        (b"a;b\n1;2\n", "has no column"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(UserError, match=message):
        list(numbers(tmp_path / "t.csv", ["a", "b"]))
    with pytest.raises(UserError, match=r"cannot be read|no such file"):
        header(tmp_path)
