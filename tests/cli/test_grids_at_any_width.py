"""Tables are whole and readable, however narrow the terminal is."""

from __future__ import annotations

import pytest

from sightline.cli.console import console, table
from sightline.cli.grids import grids

ROWS = [["label-only, matched", "0.963 [0.938, 0.983]", "0.990 [0.981, 0.997]"], ["guided, flipped", "0.979 [0.958, 0.996]", "0.996"]]


@pytest.mark.parametrize(("width", "lines"), [(110, 2), (60, 4)])
def test_intervals_go_below_their_values_where_a_table_is_too_wide(
    width: int, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "width", width)
    table("Scores", ["", "accuracy", "AUC"], ROWS)
    printed = capsys.readouterr().out
    for interval in ("[0.938, 0.983]", "[0.981, 0.997]", "[0.958, 0.996]"):
        assert interval in printed
    assert sum(line.strip() != "" for line in printed.splitlines()) == 3 + lines  # title, head, rule


def test_figures_are_never_cut(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "width", 34)
    table("Scores", ["", "accuracy", "AUC"], ROWS)
    printed = capsys.readouterr().out
    assert all(figure in printed for figure in ("[0.938,", "0.983]", "[0.981,", "0.997]"))


@pytest.mark.parametrize("width", [60, 48])
def test_a_table_with_many_columns_is_printed_in_parts_that_keep_the_names(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "width", width)
    names = ["accuracy", "balanced", "AUC", "EPG", "uniform / centre / shuffled", "worst group"]
    rows = [[split, *(f"0.{i}{i + 1}3 [0.{i}00, 0.{i}99]" for i in range(6))] for split in ("matched", "flipped")]
    table("Scores", ["split", *names], rows)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert [line.strip() for line in lines].count("Scores") == 1
    for i in range(6):
        for figure in (f"0.{i}{i + 1}3", f"[0.{i}00,", f"0.{i}99]"):
            assert sum(figure in line for line in lines) == 2, "whole, in the row of each split"
    named = [line.split()[0] for line in lines if line.strip().startswith(("matched", "flipped"))]
    assert named == ["matched", "flipped"] * (len(named) // 2)
    assert len(named) >= 4


def test_columns_of_figures_are_pushed_to_the_right_and_words_to_the_left() -> None:
    (grid,) = grids("Scores", ["", "AUC", "verdict"], [["one", "0.9", "better"], ["two", "", "-"]], 80)
    assert [column.justify for column in grid.columns] == ["left", "right", "left"]
    (empty,) = grids("Scores", ["", "AUC"], [], 80)
    assert (empty.row_count, len(empty.columns)) == (0, 2)


def test_of_a_very_long_name_the_middle_is_left_out_and_codes_are_shown_plain() -> None:
    (grid,) = grids("Images", ["id", "n"], [["a" * 100 + "b" * 100, "1"], ["evil\x1b[31m", "2"]], 300)
    long, evil = grid.columns[0].cells
    assert long == "a" * 60 + "…" + "b" * 60
    assert "\x1b" not in evil
