"""Every figure by name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sightline import catalog
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.figure import draw as room
from sightline.explain.figure.draw import drawn, figures, on_other_data
from sightline.explain.figure.kind import Options
from sightline.results.figures import ListedFigure

RUN: Any = SimpleNamespace(name="run")


def test_every_figure_is_listed_and_a_broken_one_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    every = figures()
    assert [one.name for one in every] == list(catalog.places("figure"))

    def find(place: str, name: str) -> object:
        if name == "roc":
            raise UserError("plug-in 'roc'", "cannot be imported", "Install it.")
        return SimpleNamespace(line="shows", paper="paper")

    monkeypatch.setattr(room.catalog, "find", find)
    found = {one.name: one for one in figures()}
    assert found["roc"] == ListedFigure(name="roc", shows="plug-in 'roc': cannot be imported. Install it.", paper="broken")
    assert found["diagram"] == ListedFigure(name="diagram", shows="shows", paper="paper")


def test_colours_are_checked_whatever_the_figure_makes_of_them(guided: Run) -> None:
    assert drawn("diagram", [], Options(recipes=("energy",))).axes
    with pytest.raises(UserError, match='Did you mean "roc"'):
        drawn("rock", [guided])
    with pytest.raises(UserError, match="rainbow"):
        drawn("attention-grid", [guided], Options(colours="rainbow"))


def test_another_data_set_takes_the_place_of_the_split(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    there = SimpleNamespace(split="folder, all")
    monkeypatch.setattr(room, "all_elsewhere", lambda *given, by: asked.append(given) or [there])
    runs, options = on_other_data("roc", [RUN], Options(split="all", colours="jet"), "folder", None, {"MEL": "melanoma"})
    assert (runs, options) == ([there], Options(split="folder, all", colours="jet"))
    assert asked == [([RUN], "folder", None, "all", {"MEL": "melanoma"})]
    monkeypatch.setattr(room, "all_elsewhere", lambda *given, by: [])
    assert on_other_data("roc", [], Options(split="all"), "folder")[1].split == "all"
    with pytest.raises(UserError, match="shows no images or scores of a data set"):
        on_other_data("diagram", [RUN], Options(), "folder")
