"""What the terminal shows is whole and readable, however narrow it is."""

from __future__ import annotations

import pytest

from sightline import cli
from sightline.cli.console import console, say, table
from sightline.errors import UserError

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


def test_the_command_line_prints_its_own_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(**_: object) -> None:
        raise UserError("`by='spred'`", "is not a way", "Give another `by=...`.")

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err == "sightline: --by spred: is not a way. Give another --by.\n"
    say("go on with `resume=True`")
    assert capsys.readouterr().out == "go on with --resume\n"
