"""Only the person with the address is answered, and only from the pages of this server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from sightline.review.app import app
from sightline.review.desk import Desk

PORT, TOKEN = 8999, "a-token"
HOME = f"http://127.0.0.1:{PORT}"
SAVE = {"request": "0" * 24, "reviewer": "ana", "threshold": 0.5, "said": {"map": "right"}}


@pytest.fixture
def stranger(desk: Desk) -> Iterator[TestClient]:
    """A browser that was never here."""
    with TestClient(app(desk, PORT, TOKEN), base_url=HOME) as client:
        yield client


@pytest.fixture
def pages(desk: Desk) -> list[str]:
    key = desk.cases[0].key
    return [
        "/",
        "/cards",
        f"/case/{key}",
        f"/small/{key}",
        f"/picture/{key}",
        f"/map/{key}",
        f"/outlines/{key}/contour",
        "/static/style.css",
    ]


def test_nothing_is_shown_without_the_token(stranger: TestClient, pages: list[str]) -> None:
    for page in pages:
        assert stranger.get(page).status_code == 403, page
        assert stranger.get(page, params={"token": "another"}).status_code == 403, page
        stranger.cookies.set(f"sightline-review-{PORT}", "another")
        assert stranger.get(page).status_code == 403, page
        stranger.cookies.clear()


def test_the_token_becomes_a_cookie_and_leaves_the_address(stranger: TestClient, pages: list[str]) -> None:
    first = stranger.get(f"/?token={TOKEN}&right=no", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/?right=no")
    cookie = first.headers["set-cookie"].casefold()
    assert all(part in cookie for part in ("httponly", "samesite=strict", f"sightline-review-{PORT}="))
    for page in pages:
        assert stranger.get(page).status_code == 200, page


def test_the_first_visit_leads_nowhere_else(stranger: TestClient) -> None:
    for path in ("//evil.example/", "///evil.example", "/\\\\evil.example"):
        answer = stranger.request("GET", f"{HOME}{path}?token={TOKEN}", follow_redirects=False)
        location = answer.headers.get("location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", f"127.0.0.1.evil.example:{PORT}", ""]
)
def test_a_foreign_host_is_refused(browser: TestClient, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:80", f"https://127.0.0.1:{PORT}", f"http://evil@127.0.0.1:{PORT}", None]
)
def test_a_foreign_origin_is_refused(browser: TestClient, desk: Desk, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    for path in (f"/judge/{desk.cases[0].key}", f"/undo/{desk.cases[0].key}", "/reviewer"):
        assert browser.post(path, json=SAVE, headers=headers).status_code == 403, path
    assert desk.store.overview() == {}


def test_saves_need_the_cookie_and_not_the_token_in_the_address(stranger: TestClient, desk: Desk) -> None:
    key, here = desk.cases[0].key, {"origin": HOME}
    assert stranger.post(f"/judge/{key}?token={TOKEN}", json=SAVE, headers=here).status_code == 403
    stranger.get(f"/?token={TOKEN}")
    assert stranger.post(f"/judge/{key}", json=SAVE, headers=here).status_code == 200


def test_other_methods_and_large_requests_are_refused(browser: TestClient, desk: Desk) -> None:
    assert browser.request("DELETE", "/").status_code == 405
    assert browser.request("OPTIONS", "/").status_code == 405
    answer = browser.post(f"/judge/{desk.cases[0].key}", content=b"x" * (8 * 2**20 + 1), headers={"origin": HOME})
    assert answer.status_code == 413


def test_every_answer_forbids_what_comes_from_elsewhere(browser: TestClient, pages: list[str]) -> None:
    answers = [browser.get(page) for page in (*pages, "/nothing")] + [browser.get("/", headers={"host": "evil.example"})]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers


def test_what_is_private_is_not_stored_by_the_browser(browser: TestClient) -> None:
    assert browser.get("/").headers["cache-control"] == "no-store"
