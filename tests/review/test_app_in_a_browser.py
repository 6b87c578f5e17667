"""A person finds a case, judges it and draws, while the server is killed: in a real browser."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from server_in_a_process import Server

import sightline as sl
from sightline.engine.files import write_table
from sightline.engine.run import Run
from sightline.review.cases import Cases
from sightline.review.judgement import Polygon, region
from sightline.review.outlines import dice
from sightline.review.queue import Queued
from sightline.review.store import Store

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")
CORNERS = [(10, 6), (34, 8), (30, 22), (12, 24)]


@pytest.fixture
def server(own_cases: Cases, tmp_path: Path) -> Iterator[Server]:
    found = Server(own_cases, tmp_path / "reviews.sqlite")
    yield found
    found.send(signal.SIGKILL)


@pytest.fixture
def queued(answering_run: Run, tmp_path: Path) -> Iterator[Server]:
    rows = [{"id": answering_run.datasets[split].records[i].id} for split, i in (("train", 5), ("test", 3), ("train", 2))]
    write_table(tmp_path / "next.csv", rows, ["id"])
    run = Queued(answering_run, tmp_path / "next.csv")
    found = Server(Cases(run, run.shown, run.keys), tmp_path / "reviews.sqlite")
    yield found
    found.send(signal.SIGKILL)


@pytest.fixture
def page() -> Iterator[sync_api.Page]:
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
    page.keyboard.type("val/3")
    page.wait_for_url("**/?text=val*")
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)  # longer than the search waits for a further letter
    assert page.url.endswith("/?text=val%2F3"), "to leave the field keeps what was searched for"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/*")
    assert page.locator("h1").inner_text() == "val/3.png"
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
    sync_api.expect(said).to_have_text("The change of the outline on case 1 taken back.")

    # export, and the next training takes what was said
    sl.review(own_run, store=server.store, export=tmp_path / "out.jsonl", say=lambda line: None)
    (line,) = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (line["image"], line["reviewer"], line["map"], line["label_doubted"]) == ("val/3.png", "Ana", "wrong", True)
    (shape,) = line["shapes"]
    drawn = region([Polygon.model_validate(shape)], (30, 48))
    assert dice(drawn, region([Polygon(points=tuple(CORNERS))], (30, 48))) > 0.97
    taken = {"data.reviews": tmp_path / "out.jsonl", "train.epochs": 1, "backbone.name": "test_resnet", "backbone.stride": 8}
    trained = sl.train(own_run.recipe, tmp_path / "again", settings=taken)
    (outline,) = next(record.annotations for record in trained.datasets["val"].records if record.id == line["id"])
    assert (outline.kind, outline.author) == ("polygon", "reader 1")  # runs keep numbers for names


def region_of(page: sync_api.Page):  # type: ignore[no-untyped-def]
    """What the brush painted, as the page says it."""
    from sightline.data.sets.rle import mask_of, runs_of

    (mask,) = (shape for shape in page.evaluate("judgement.said.shapes") if shape["kind"] == "mask")
    return mask_of(runs_of(mask["counts"]), (30, 48), "the painting") > 0


def test_a_queue_is_outlined_with_undo_and_a_second_reader_is_blind_until_they_have_spoken(
    queued: Server, page: sync_api.Page, answering_run: Run
) -> None:
    expect, state, shapes = sync_api.expect, page.locator("#state"), page.locator(".a9s-annotation")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(queued.address)
    expect(page.locator(".card")).to_have_count(3)
    assert page.locator(".card .name").all_inner_texts() == ["train/5.png", "test/3.png", "train/2.png"]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/*")

    # all of the picture and the buttons is seen without scrolling
    seen = [page.locator(part).bounding_box() for part in ("#picture", "#save", "[data-verdict=right]", "#comment")]
    assert all(box["y"] + box["height"] <= 720 for box in seen)
    assert seen[0]["height"] > 300

    # corners of a polygon, a box and a stroke, each taken back whole and done again
    def at(x: float, y: float) -> tuple[float, float]:
        box = page.locator("#picture").bounding_box()
        return box["x"] + x / 48 * box["width"], box["y"] + y / 30 * box["height"]

    def drag(*points: tuple[float, float]) -> None:
        page.mouse.move(*at(*points[0]))
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*at(*point), steps=8)
        page.mouse.up()

    def painted() -> int:
        cells = "document.getElementById('painting').getContext('2d').getImageData(0, 0, 48, 30).data"
        return int(page.evaluate(f"[...{cells}].filter((value, i) => i % 4 == 3 && value).length"))

    corners = page.locator("#pencil circle")
    page.keyboard.press("p")
    for corner in CORNERS:
        page.mouse.click(*at(*corner))
    expect(corners).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(corners).to_have_count(3)
    page.keyboard.press("Control+Shift+Z")
    expect(corners).to_have_count(4)
    page.keyboard.press("Enter")
    expect(shapes).to_have_count(1)
    page.keyboard.press("b")
    drag((36, 4), (44, 20))
    expect(shapes).to_have_count(2)
    page.keyboard.press("r")
    drag((4, 26), (20, 27), (30, 26))
    whole = painted()
    assert whole > 20
    page.keyboard.press("Control+z")
    assert (painted(), shapes.count()) == (0, 2)
    page.keyboard.press("Control+z")
    expect(shapes).to_have_count(1)
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+Shift+Z")
    assert (painted(), shapes.count()) == (whole, 2)
    page.keyboard.press("Control+z")

    # a shape that is moved is one step, too
    page.keyboard.press("Escape")
    before = page.evaluate("document.querySelector('.a9s-annotation rect.a9s-outer').getAttribute('x')")
    page.mouse.click(*at(40, 12))
    drag((40, 12), (38, 13), (36, 14))
    page.keyboard.press("Control+z")
    expect(shapes).to_have_count(2)
    assert page.evaluate("document.querySelector('.a9s-annotation rect.a9s-outer').getAttribute('x')") == before
    page.keyboard.press("Control+Shift+Z")
    moved = page.evaluate("document.querySelector('.a9s-annotation rect.a9s-outer').getAttribute('x')")
    assert float(moved) == pytest.approx(float(before) - 4, abs=0.3)
    page.keyboard.press("w")
    page.keyboard.type("Ana")
    page.keyboard.press("Enter")
    expect(page.locator("#queue")).to_have_text("queue: 1 of 3 done")
    assert [shape["kind"] for shape in page.evaluate("judgement.said.shapes")] == ["polygon", "box"]
    page.keyboard.press("2")
    page.keyboard.press("d")
    expect(page.locator("[data-flag=label_doubted]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("z")
    expect(state).to_have_text("Judgement 'label doubted' on case 1 taken back.")

    # the scale of this case alone
    page.keyboard.press("f")
    expect(page.locator("#meaning")).to_contain_text("Scale of this case alone")
    assert "scale=case" in page.locator("#map").get_attribute("src")
    page.keyboard.press("f")
    expect(page.locator("#meaning")).to_contain_text("the same colours in all cases")

    # a second reader
    page.locator("#me").click()
    page.locator("#name").fill("Bo")
    page.keyboard.press("Enter")
    expect(page.locator("#me")).to_have_text("Bo")
    expect(page.locator("#others")).to_contain_text("1 other reader has spoken of this case")
    expect(page.locator("#open-readers")).to_be_disabled()
    assert shapes.count() == 0
    page.wait_for_load_state()  # the page of the new reader: before its scripts have run, no key is heard
    page.keyboard.press("1")
    expect(page.locator("#open-readers")).to_be_enabled()
    assert "Ana" not in page.locator("body").inner_text()
    page.keyboard.press("s")
    expect(page.locator("#others")).to_contain_text("Ana: map wrong, outlined (blind)")
    expect(page.locator("#others")).to_contain_text("0 of 1")
    page.keyboard.press("2")
    expect(page.locator("#others")).to_contain_text("1 of 1")
    page.keyboard.press("b")
    drag((36, 4), (44, 20))
    page.keyboard.press("w")
    expect(page.locator("#others")).to_contain_text("Ana and Bo")  # with Dice and kappa
    kept = Store(queued.store, queued.cases.model)
    assert {row.reviewer: row.blind for row in kept.newest()} == {"Ana": True, "Bo": False}
    kept.close()
