"""Names of layers above the pictures of the scrambled weights do not run into each other, however wide the window is."""

from __future__ import annotations

import shutil
from importlib.resources import files

import pytest

from sightline.explain.templating import environment
from sightline.report.pictures import Panel, Picture
from sightline.report.templating import FILTERS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="


def test_titles_stay_in_their_columns() -> None:
    titles = [f"backbone.blocks.{i}.2.conv_pwl" for i in range(7)]
    panel = Panel(titles, [[Picture(DOT, "", "", "") for _ in titles]], "")
    style = files("sightline.explain").joinpath("templates", "style.css").read_text(encoding="utf-8")
    pages = environment("sightline.report")
    pages.filters |= FILTERS
    body = pages.from_string('{% import "parts.html.j2" as part with context %}{{ part.panel(panel) }}').render(panel=panel)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(f"<!doctype html><style>{style}</style><main>{body}</main>")
        for width in (360, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 700})
            over = page.evaluate("[...document.querySelectorAll('th')].map((head) => head.scrollWidth - head.clientWidth)")
            assert len(over) == 7
            assert max(over) <= 0, width
        browser.close()
