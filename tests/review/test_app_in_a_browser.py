"""A person finds a case, judges it and draws, while the server is killed: in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

import sightline as sl
from sightline.engine.run import Run
from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.judgement import Polygon, region
from sightline.review.outlines import dice
from sightline.review.serving import serve
from sightline.review.store import Store

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")
CORNERS = [(10, 6), (34, 8), (30, 22), (12, 24)]


class Server:
    """A server in a process of its own, which can be killed and started again at the same port."""

    def __init__(self, cases: Cases, store: Path) -> None:
        self.cases, self.store, self.port = cases, store, None
        self.process: BaseProcess | None = None
        self.address = self.start()

    def start(self) -> str:
        fork = get_context("fork")
        heard, said = fork.Pipe(duplex=False)
        self.process = fork.Process(target=self._run, args=(said,), daemon=True)
        self.process.start()
        self.address = heard.recv().removeprefix("Review: ")
        self.port = int(self.address.split(":")[2].partition("/")[0])
        return self.address

    def _run(self, said: Connection) -> None:
        # what the process has inherited: Playwright's own would not end while it is held open here
        os.closerange(3, said.fileno())
        os.closerange(said.fileno() + 1, 1024)
        serve(Desk(self.cases, Store(self.store, self.cases.model)), self.port or 0, said.send, show=False)

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.join(10)


@pytest.fixture
def server(own_cases: Cases, tmp_path: Path) -> Iterator[Server]:
    found = Server(own_cases, tmp_path / "reviews.sqlite")
    yield found
    found.send(signal.SIGKILL)


@pytest.fixture
def page(server: Server) -> Iterator[sync_api.Page]:
    complaints: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        found = browser.new_page(viewport={"width": 1280, "height": 1000})
        found.set_default_timeout(15_000)
        found.on("request", lambda request: complaints.append(request.url) if "//127.0.0.1:" not in request.url else None)
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        found.on("dialog", lambda dialog: complaints.append(dialog.message))
        yield found
        browser.close()
    assert complaints == []


def test_a_case_is_found_judged_and_outlined_and_nothing_is_lost(
    server: Server, page: sync_api.Page, own_run: Run, own_cases: Cases, tmp_path: Path
) -> None:
    said, picture = page.locator("#state"), page.locator("#picture")
    page.goto(server.address)
    assert page.url == f"http://127.0.0.1:{server.port}/"  # the token has left the address

    # find a case, by keys alone
    page.keyboard.press("/")
    page.keyboard.type("test/3")
    page.wait_for_url("**/?text=test*")
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)  # longer than the search waits for a further letter
    assert page.url.endswith("/?text=test%2F3"), "to leave the field keeps what was searched for"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/*")
    assert page.locator("h1").inner_text() == "test/3.png"
    assert page.locator("#map").is_hidden()  # the picture alone first

    # judge it; the name is asked once
    page.keyboard.press("m")
    assert page.locator("#map").is_visible()
    page.keyboard.press("2")
    page.keyboard.type("Ana")
    page.keyboard.press("Enter")
    sync_api.expect(said).to_contain_text("Saved")
    page.keyboard.press("d")
    sync_api.expect(page.locator("[data-flag=label_doubted]")).to_have_attribute("aria-pressed", "true")

    # draw a polygon
    page.keyboard.press("p")
    box = picture.bounding_box()
    places = [(box["x"] + x / 48 * box["width"], box["y"] + y / 30 * box["height"]) for x, y in [*CORNERS, CORNERS[0]]]
    for place in places:
        page.mouse.move(*place)
        page.mouse.click(*place)
    page.mouse.move(places[0][0] + 60, places[0][1] + 60)
    sync_api.expect(page.locator("#drawing-note")).to_contain_text("Not saved yet")

    # the server is killed in the middle of the save
    server.send(signal.SIGSTOP)
    page.keyboard.press("w")
    sync_api.expect(page.locator("#saves")).to_have_text("Saving …")
    server.send(signal.SIGKILL)
    sync_api.expect(page.locator("#saves")).to_contain_text("Not saved yet")
    kept = Store(server.store, own_cases.model)
    (before,) = kept.newest()
    kept.close()
    assert (before.said.map, before.said.label_doubted, before.said.shapes) == ("wrong", True, ())

    # and is started again: the browser sends what was not answered
    page.goto(server.start())
    sync_api.expect(page.locator("#saves")).to_have_text("Saved")
    page.goto(f"http://127.0.0.1:{server.port}/?review=outlined")
    page.locator(".card").click()
    sync_api.expect(page.locator("[data-verdict=wrong]")).to_have_attribute("aria-pressed", "true")
    sync_api.expect(page.locator(".a9s-annotation")).to_have_count(1)

    # a brush stroke, and undo
    page.keyboard.press("r")
    box = picture.bounding_box()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.up()
    page.keyboard.press("w")
    sync_api.expect(said).to_contain_text("Saved")
    assert len(page.evaluate("judgement.said.shapes")) == 2
    painted = region_of(page)
    assert painted[24, 38:43].all()
    page.keyboard.press("z")
    sync_api.expect(said).to_contain_text("Taken back")

    # export
    sl.review(own_run, store=server.store, export=tmp_path / "out.jsonl", say=lambda line: None)
    (line,) = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (line["image"], line["reviewer"], line["map"], line["label_doubted"]) == ("test/3.png", "Ana", "wrong", True)
    (shape,) = line["shapes"]
    drawn = region([Polygon.model_validate(shape)], (30, 48))
    assert dice(drawn, region([Polygon(points=tuple(CORNERS))], (30, 48))) > 0.97


def region_of(page: sync_api.Page):  # type: ignore[no-untyped-def]
    """What the brush painted, as the page says it."""
    from sightline.data.sets.rle import mask_of, runs_of

    (mask,) = (shape for shape in page.evaluate("judgement.said.shapes") if shape["kind"] == "mask")
    return mask_of(runs_of(mask["counts"]), (30, 48), "the painting") > 0
