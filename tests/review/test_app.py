"""The pages: what they show, that names stay text, and that what is said is kept."""

from __future__ import annotations

import io
import re
from hashlib import sha256
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from sightline import review
from sightline.data.sets.rle import mask_of, runs_of
from sightline.review.cases import Case, Cases
from sightline.review.desk import Desk
from sightline.types import Record

HERE = {"origin": "http://127.0.0.1:8999"}
SCRIPT = "<script>alert(1)</script>"
_number = count()


class Parts(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def said(browser: TestClient, key: str, reviewer: str = "ana", **words: object):  # type: ignore[no-untyped-def]
    body = {"request": f"{next(_number):024x}", "reviewer": reviewer, "threshold": 0.5, "said": words}
    return browser.post(f"/judge/{key}", json=body, headers=HERE)


@pytest.fixture
def case(desk: Desk) -> Case:
    return next(case for case in desk.cases if "<img" in case.image and case.split == "test")


def test_script_stays_text_in_names_labels_tags_and_comments(browser: TestClient, desk: Desk, case: Case) -> None:
    said(browser, case.key, f"bo {SCRIPT}", comment=f"{SCRIPT}\n“quoted” & 'so'", map="wrong")
    query = f"?label={SCRIPT}&text={SCRIPT}&tag=%22%3E{SCRIPT}".replace("<", "%3C").replace(">", "%3E")
    for page in ("/", f"/case/{case.key}", f"/{query}", f"/case/{case.key}{query}", "/cards"):
        answer = browser.get(page)
        assert answer.status_code == 200
        parts = Parts(answer.text)
        assert not [name for _, given in parts.elements for name in given if name.startswith("on")], page
        assert {given.get("src", "").partition("/static/")[0] for tag, given in parts.elements if tag == "script"} <= {""}, page
        assert not [tag for tag, _ in parts.elements if tag in ("style", "iframe", "object", "base")]
        assert not [given for _, given in parts.elements if "style" in given]
        assert "alert(1)" not in " ".join(text for text in re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.S))
    said(browser, case.key, "ana", map="right")
    assert browser.post(f"/open/{case.key}", json={"reviewer": "ana"}, headers=HERE).status_code == 200
    browser.cookies.set("sightline-reviewer", "ana")
    text = Parts(browser.get(f"/case/{case.key}").text).text
    assert f"{SCRIPT}\n“quoted” & 'so'" in text
    assert "0-<img src=x onerror=alert(1)>.png" in text
    assert f"bo {SCRIPT}" in text


@pytest.mark.parametrize(
    "path", ["../t.csv", "..%2ft.csv", "%2e%2e%2ft.csv", "test/1.png", "/etc/passwd", "%2fetc%2fpasswd", "0" * 16, "x" * 500]
)
def test_no_path_leads_out_of_the_cases(browser: TestClient, path: str) -> None:
    for place in ("small", "picture", "map", "case", "outlines", "static"):
        for end in ("", "/contour") if place == "outlines" else ("",):
            assert browser.get(f"/{place}/{path}{end}").status_code == 404


def test_pictures_are_those_of_the_run(browser: TestClient, desk: Desk, case: Case) -> None:
    held = np.asarray(Image.open(desk.cases.record(case).image).convert("RGB"))
    answer = browser.get(f"/picture/{case.key}")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(answer.content))), held)
    again = browser.get(f"/picture/{case.key}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    sizes = [Image.open(io.BytesIO(browser.get(f"/{place}/{case.key}").content)).size for place in ("small", "map")]
    assert sizes == [(48, 30), (48, 30)]


def test_a_picture_that_is_gone_is_said_in_words(browser: TestClient, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Path("/gone/<b>.png")
    monkeypatch.setattr(Cases, "record", lambda self, case: Record(case.id, gone, case.label))
    page = browser.get(f"/case/{case.key}", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (422, "text/plain; charset=utf-8")
    assert page.text == "/gone/<b>.png: no such file. Check the path, or take the image off the list.\n"
    assert browser.get(f"/small/{case.key}").json() == {"reason": page.text.strip()}


def test_scripts_of_others_are_whole() -> None:
    folder = Path(review.__file__).parent / "static" / "vendor"
    told = re.findall(r"^\| `([\w/.-]+)` .* `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: sha256((folder / name).read_bytes()).hexdigest() for name, _ in told} == dict(told)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} - {"README.md"} <= dict(told).keys()


def test_the_outline_of_the_annotation_is_the_box(browser: TestClient, case: Case) -> None:
    answer = browser.get(f"/outlines/{case.key}/annotation").json()
    assert answer == {"known": True, "outlines": [[[8, 6], [30, 6], [30, 20], [8, 20]]]}
    wide, narrow = (browser.get(f"/outlines/{case.key}/contour?threshold={t}").json()["outlines"] for t in (0.3, 0.9))
    spans = [np.ptp(np.concatenate([np.array(line) for line in lines]), axis=0) for lines in (wide, narrow)]
    assert (spans[0] > spans[1]).all()


def test_outlines_of_several_reviewers_are_shown_together(browser: TestClient, case: Case) -> None:
    assert browser.get(f"/combined/{case.key}/united").status_code == 404
    for reviewer, box in (("bo", [10, 5, 30, 15]), ("ana", [20, 5, 40, 15])):
        assert said(browser, case.key, reviewer, shapes=[{"kind": "box", "box": box}]).status_code == 200
    browser.cookies.set("sightline-reviewer", "bo")
    assert browser.get(f"/readers/{case.key}/1").status_code == 404  # not yet opened
    browser.post(f"/open/{case.key}", json={"reviewer": "bo"}, headers=HERE)
    assert "ana and bo" in (text := Parts(browser.get(f"/case/{case.key}").text).text)
    assert "0.500" in text
    assert browser.get(f"/readers/{case.key}/0").json()["outlines"] == [[[20, 5], [40, 5], [40, 15], [20, 15]]]
    assert browser.get(f"/readers/{case.key}/2").status_code == 404
    found = {way: browser.get(f"/combined/{case.key}/{way}").json() for way in ("united", "shared", "majority")}
    assert found["united"]["outlines"] == [[[10, 5], [40, 5], [40, 15], [10, 15]]]
    assert found["shared"] == found["majority"]
    assert mask_of(runs_of(found["shared"]["counts"]), (30, 48), "").sum() == 255 * 10 * 10
    assert browser.get(f"/combined/{case.key}/mean").status_code == 422


def test_an_outline_to_start_from(browser: TestClient, case: Case) -> None:
    found = browser.get(f"/outlines/{case.key}/start?threshold=0.6").json()["outlines"]
    assert 0 < len(found[0]) < 60
    assert said(browser, case.key, shapes=[{"kind": "polygon", "points": points} for points in found]).status_code == 200


def test_what_is_said_is_shown_to_open_readers_and_taken_back(browser: TestClient, desk: Desk, case: Case) -> None:
    desk.open_readers = True
    assert said(browser, case.key, map="right").json()["said"]["map"] == "right"
    assert said(browser, case.key, label_doubted=True).json()["said"] == {
        "map": "right",
        "label_doubted": True,
        "unusable": False,
        "comment": "",
        "shapes": [],
    }
    browser.cookies.set("sightline-reviewer", "bo")
    assert "ana</strong>: map right, label doubted" in browser.get(f"/case/{case.key}").text
    assert "ana: map right, label doubted" in browser.get("/?review=yes").text
    body = {"request": "f" * 24, "reviewer": "ana", "threshold": 0.5}
    undone = browser.post(f"/undo/{case.key}", json=body, headers=HERE).json()
    assert (undone["said"]["label_doubted"], undone["taken_back"]) == (False, "Judgement 'label doubted'")
    assert desk.store.overview()[case.stored][0].map == "right"


def test_saves_that_make_no_sense_are_refused_in_words(browser: TestClient, case: Case) -> None:
    for words, why in (
        ({"map": "maybe"}, "said.map"),
        ({"shapes": [{"kind": "box", "box": [50, 50, 60, 60]}]}, "covers no pixel"),
        ({"shapes": [{"kind": "mask", "counts": "05"}]}, "its runs cover"),
    ):
        answer = said(browser, case.key, **words)
        assert answer.status_code == 422
        assert why in answer.json()["reason"]
    assert said(browser, case.key, "\x07", map="right").status_code == 422
    assert said(browser, "f" * 16, map="right").status_code == 404
    nothing = browser.post(f"/undo/{case.key}", json={"request": "f" * 24, "reviewer": "ana", "threshold": 0.5}, headers=HERE)
    assert (nothing.status_code, nothing.json()["reason"]) == (409, "there is nothing to take back")


def test_the_name_is_kept(browser: TestClient) -> None:
    answer = browser.post("/reviewer", json={"name": " Äna <b> "}, headers=HERE)
    assert answer.json() == {"name": "Äna <b>"}
    assert 'data-reviewer="Äna &lt;b&gt;"' in browser.get("/").text
    assert browser.post("/reviewer", json={"name": " "}, headers=HERE).status_code == 422


def test_the_choice_is_in_the_address(browser: TestClient, desk: Desk) -> None:
    page = browser.get("/?split=test&sort=probability&down=yes").text
    links = re.findall(r'href="/case/(\w+)\?([^"]+)"', page)
    assert len(links) == 8
    assert {query for _, query in links} == {"split=test&amp;sort=probability&amp;down=yes"}
    chances = [desk.case(key).probability for key, _ in links]
    assert chances == sorted(chances, reverse=True)
    second = browser.get(f"/case/{links[1][0]}?split=test&sort=probability&down=yes").text
    assert "2 of 8" in second
    assert re.search(rf'rel="prev" href="/case/{links[0][0]}\?', second)
    assert re.search(rf'rel="next" href="/case/{links[2][0]}\?', second)


def test_further_cases_come_when_they_are_reached(browser: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.review.pages.PAGE", 6)
    page, found = browser.get("/?right=yes"), []
    while True:
        found += re.findall(r'class="card" href="/case/(\w+)', page.text)
        ahead = re.search(r'hx-get="(/cards[^"]+)"', page.text)
        if not ahead:
            break
        page = browser.get(ahead[1].replace("&amp;", "&"))
    assert found == [case.key for case in desk.cases if case.right]


def test_the_page_says_what_the_run_says(browser: TestClient, desk: Desk, case: Case) -> None:
    text = " ".join(Parts(browser.get(f"/case/{case.key}").text).text.split())
    assert f"{case.probabilities[0]:.3f}" in text
    assert "One cell of the map is 4 × 2 pixels of the picture." in text
    assert "Decided for" in text
    assert "the same colours in all cases" in text


def test_a_map_can_have_a_scale_of_its_own(browser: TestClient, desk: Desk, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    faint = np.zeros((12, 12), np.float32)
    faint[4, 5] = desk.cases.maps.scale("cam") / 50
    monkeypatch.setattr(type(desk.cases.maps), "of", lambda self, split, id, name: faint)
    covers = [
        np.asarray(Image.open(io.BytesIO(browser.get(f"/map/{case.key}{query}").content)))[..., 3].max() for query in ("", "?scale=case")
    ]
    assert covers[0] < 40 < 120 < covers[1]
    assert f"Scale of this case alone: from 0 to {faint.max():.3g}" in browser.get(f"/case/{case.key}").text


def test_a_map_without_evidence_says_so(browser: TestClient, desk: Desk, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(desk.cases.maps), "of", lambda self, split, id, name: np.full((12, 12), -1.0, np.float32))
    assert "no positive evidence" in browser.get(f"/case/{case.key}").text
    layer = np.asarray(Image.open(io.BytesIO(browser.get(f"/map/{case.key}").content)))
    assert layer[..., 3].max() == 0
    assert browser.get(f"/outlines/{case.key}/contour").json()["outlines"] == []
