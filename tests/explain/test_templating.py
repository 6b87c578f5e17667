"""How pages are filled in: where templates lie, and what is safe about them."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from sightline.explain.templating import environment


def test_the_style_of_all_pages_is_found_from_every_room() -> None:
    own, of_report = environment(), environment("sightline.report")
    assert own.get_template("style.css").render() == of_report.get_template("style.css").render() != ""
    of_report.get_template("cases.js")
    with pytest.raises(TemplateNotFound):
        own.get_template("cases.js")


def test_the_first_room_goes_before_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr("sightline.explain.templating.PackageLoader", lambda room, folder: asked.append((room, folder)))
    environment("sightline.serve", "sightline.report", "sightline.serve")
    assert asked == [("sightline.serve", "templates"), ("sightline.report", "templates"), ("sightline.explain", "templates")]


def test_names_are_escaped_and_what_is_missing_is_an_error() -> None:
    pages = environment()
    assert pages.from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"
    assert pages.from_string("a\n  {% if true %}\n  b\n  {% endif %}\n").render() == "a\n  b\n"
    with pytest.raises(UndefinedError):
        pages.from_string("{{ name }}").render()
