"""Every page can be read by everybody: axe-core finds nothing, in light and dark, on a telephone and on a wide screen.

`vendored/axe-core` is axe-core 4.14.1 as npm has it (MPL-2.0). The pages of studies and audits share their parts with these.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cnn4_run import cnn4_run
from invented_run import guided, label_only
from PIL import Image
from small_run import small_run

import sightline as sl
from sightline.engine.run import Run
from sightline.explain.maps import explain
from sightline.explain.units import name_units
from sightline.report.case_sheet import CaseSheets

__all__ = ["guided", "label_only"]
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")
AXE = (Path(__file__).parent / "vendored" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
FOUND = """axe.run(document, {resultTypes: ["violations"]}).then((said) =>
  said.violations.map((one) => `${one.id}: ${one.nodes[0].target} (${one.nodes.length})`))"""
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def pages(guided: Run, label_only: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name of a page -> its file."""
    folder = tmp_path_factory.mktemp("pages")
    run = cnn4_run(folder / "run")
    name_units(run, ["0"], out=folder)
    photo = folder / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)).save(photo)
    found = {"gallery": sl.gallery(run, [photo], folder, ["0"]).page, "units": folder / "units.html"}
    small = small_run(folder / "small", 1)
    written = explain(small, [photo], folder, further=CaseSheets(small))
    found["sheet"] = next(path for path in written if path.suffix == ".html")
    found["report"] = sl.report(guided, label_only, out=folder / "report.html")
    client = pytest.importorskip("fastapi.testclient").TestClient(sl.serve(small, hosts=[]))
    for name, address in (("server", "/"), ("server-docs", "/docs")):
        text = client.get(address).text
        for style in ("style.css", "page.css"):
            text = text.replace(f'<link rel="stylesheet" href="{style}">', f"<style>{client.get(f'/{style}').text}</style>")
        found[name] = folder / f"{name}.html"
        found[name].write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark"), (2560, "dark")])
def test_nothing_keeps_anybody_from_reading_a_page(browser: Any, pages: dict[str, Path], width: int, scheme: str) -> None:
    said = {}
    for name, file in pages.items():
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(file.as_uri())
        page.evaluate(AXE)
        wide = page.evaluate(BEYOND)
        said[name] = page.evaluate(FOUND) + ([f"{wide} pixels wider than the window"] if wide else [])
        page.close()
    assert said == {name: [] for name in pages}
