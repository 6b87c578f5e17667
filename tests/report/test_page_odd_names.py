"""Classes and images may be called anything: neither page, table, figure nor terminal breaks, and nothing is obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented_scores import scored

from sightline.cli.console import console, say, table
from sightline.data.guide.guiding import mask_path
from sightline.engine.files import safe_name, write_table, write_text
from sightline.engine.read_files import read_table
from sightline.errors import UserError, plain
from sightline.explain.figures import confusion
from sightline.explain.style import save, svg

ODD = ["a\nb", "<b>x</b>", "[/red]", ":smile:", "$\\frac$", "שלום", "\x1b[31mred", "a\u202eb", "\udcff", "x" * 1000, "=1+1", "\x00"]


@pytest.mark.parametrize("name", ODD)
def test_a_figure_is_drawn_whatever_its_classes_are_called(name: str, tmp_path: Path) -> None:
    figure = confusion(scored([[3, 1], [2, 4]], [name, "b"]))
    drawn = svg(figure)
    drawn.encode()
    assert "<b>" not in drawn
    if len(name) < 100:
        save(figure, tmp_path / "x.png")


def test_a_terminal_shows_what_is_there_and_obeys_nothing() -> None:
    with console.capture() as shown:
        table("[/x] of \x1b[1m", ["name", "n"], [[name, "1"] for name in ODD])
        say("class [/x] \x1b[2J is\nfound")
    text = shown.get()
    text.encode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    for there in ("[/red]", ":smile:", "a\\nb", "\\x1b[31mred", "\\u202e", "שלום", "is\nfound"):
        assert there in text
    assert "x" * 200 not in text.replace("\n", "").replace(" ", "")


def test_a_message_stays_one_line() -> None:
    error = UserError("image 'a\nb\r'", "is \udcffodd", "Rename it.")
    assert str(error) == "image 'a b ': is \\udcffodd. Rename it."
    assert plain("ä 漢 😀 שלום") == "ä 漢 😀 שלום"


@pytest.mark.parametrize("name", [name for name in ODD if "\x00" not in name])
def test_a_table_gives_back_what_was_written(name: str, tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", [{"id": name, "split": "val"}], ["id", "split"])
    assert read_table(tmp_path / "t.csv")[0]["id"] == name


def test_a_page_is_written_whatever_it_names(tmp_path: Path) -> None:
    write_text(tmp_path / "p.html", "".join(ODD))
    assert (tmp_path / "p.html").stat().st_size > 1000


def test_names_lead_nowhere_else() -> None:
    for name in ("../../x", "/etc/x", "a/../../../b", "..", ".", "", "a//b"):
        assert "/" not in safe_name(name)
        path = Path("/drawn") / mask_path(Path("/drawn"), name)
        assert path.resolve() == path
        assert path.is_relative_to("/drawn/masks")
    assert mask_path(Path("d"), "benign/1") == Path("d/masks/benign/1.png")
    assert safe_name("a/b") != safe_name("a_b")
    assert safe_name("x" * 500) != safe_name("x" * 501)
    assert len(safe_name("x" * 500)) < 150
