"""A table that is cut off anywhere and taken up again is the same file, byte for byte."""

from __future__ import annotations

import csv

import pytest

from sightline.errors import UserError
from sightline.predict.to_files import predict_to_files


@pytest.fixture(scope="module")
def whole(first, pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "predictions.csv"
    predict_to_files([first], [pictures], out, batch_size=2)
    return out


def test_the_table_has_a_row_for_every_picture(whole, first) -> None:
    with whole.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert list(rows[0])[:4] == ["image", "prediction", *(f"p_{name}" for name in first.classes)]
    assert [bool(row["note"]) for row in rows].index(True) == 3
    for row in rows:
        if row["prediction"]:
            assert sum(float(row[f"p_{name}"]) for name in first.classes) == pytest.approx(1, abs=2e-6)


def test_taken_up_again_after_any_cut_it_is_the_same(whole, first, pictures, tmp_path) -> None:
    content, about = whole.read_bytes(), whole.with_name("predictions.csv.json").read_bytes()
    for end in [0, 5, *range(40, len(content), 97), len(content) - 1, len(content)]:
        out = tmp_path / "again.csv"
        out.write_bytes(content[:end])
        out.with_name("again.csv.json").write_bytes(about)
        found = predict_to_files([first], [pictures], out, batch_size=2, resume=True)
        assert out.read_bytes() == content, f"cut at byte {end}"
        assert found.pictures == 9


def test_a_table_is_neither_overwritten_nor_mixed(whole, first, second, pictures) -> None:
    content = whole.read_bytes()
    with pytest.raises(UserError, match="exists already"):
        predict_to_files([first], [pictures], whole, batch_size=2)
    with pytest.raises(UserError, match=r"another way \(runs"):
        predict_to_files([second], [pictures], whole, batch_size=2, resume=True)
    with pytest.raises(UserError, match=r"another way \(batch_size"):
        predict_to_files([first], [pictures], whole, batch_size=4, resume=True)
    assert whole.read_bytes() == content


def test_other_pictures_in_the_same_folder_are_noticed(first, pictures, tmp_path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in "bcef":
        (folder / f"{name}.png").write_bytes((pictures / f"{name}.png").read_bytes())
    out = tmp_path / "p.csv"
    predict_to_files([first], [folder], out, batch_size=2)
    (folder / "a.png").write_bytes((pictures / "a.png").read_bytes())
    with pytest.raises(UserError, match=r"p.csv line 2: is about the picture .*b.png"):
        predict_to_files([first], [folder], out, batch_size=2, resume=True)


def test_names_with_quotes_line_breaks_and_formulas_come_back(first, pictures, tmp_path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in ['a "quoted", name.png', "two\nlines.png", "=1+1.png", "é.png"]:
        (folder / name).write_bytes((pictures / "a.png").read_bytes())
    out = tmp_path / "p.csv"
    predict_to_files([first], [folder], out, batch_size=1)
    content = out.read_bytes()
    for end in range(len(content) - 60, len(content), 7):
        out.write_bytes(content[:end])
        predict_to_files([first], [folder], out, batch_size=1, resume=True)
        assert out.read_bytes() == content
