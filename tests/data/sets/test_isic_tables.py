"""Tables by image id, as the ISIC challenges write them and as spreadsheets spoil them."""

from __future__ import annotations

from pathlib import Path

import pytest
from isic_files import name

from sightline.data.sets.isic_tables import rows, table_of
from sightline.errors import UserError


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_line_ends_byte_order_marks_blanks_and_nameless_columns(tmp_path: Path, end: str, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(end.join(["image,site,,", f"{name(1)}, Córdoba ,,", f"{name(2)}"]).encode(encoding))
    assert rows(path, "image", "site") == [(2, {"image": name(1), "site": "Córdoba"}), (3, {"image": name(2), "site": ""})]


def test_a_table_without_header_has_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{name(1)},benign\n", encoding="utf-8")
    assert rows(path, "image", "diagnosis", header=False) == [(1, {"image": name(1), "diagnosis": "benign"})]


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(f"image,site\n{name(1)},Córdoba\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"table\.csv: is not UTF-8 text"):
        rows(path, "image")


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_table_is_found_in_folders_of_its_own_name(tmp_path: Path, depth: int) -> None:
    path = tmp_path.joinpath(*["truth"] * depth, "truth.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    assert table_of(tmp_path, "truth") == tmp_path / "truth.csv"
    path.touch()
    assert table_of(tmp_path, "truth") == path
