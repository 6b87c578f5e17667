"""A second reader is not shown what the first has said until they have spoken themselves and ask for it."""

from __future__ import annotations

from itertools import count

import pytest
from fastapi.testclient import TestClient

from sightline.review.cases import Case
from sightline.review.desk import Desk
from sightline.review.judgement import Box, Judgement

HERE = {"origin": "http://127.0.0.1:8999"}
_number = count()


def say(desk: Desk, case: Case, reviewer: str, **words: object) -> None:
    desk.judge(case, reviewer, lambda said: said.model_copy(update=words), 0.5, f"{next(_number):08x}")


@pytest.fixture
def case(desk: Desk) -> Case:
    found = desk.cases[3]
    say(desk, found, "ana", map="wrong", comment="at the ruler", shapes=(Box(box=(1, 2, 20, 20)),))
    return found


def everything(browser: TestClient, case: Case) -> str:
    pages = [f"/case/{case.key}", f"/others/{case.key}", "/", "/?review=wrong", "/?review=commented", "/?reviewer=ana"]
    return "".join(browser.get(page).text for page in pages)


def opened(browser: TestClient, case: Case, reviewer: str) -> int:
    return browser.post(f"/open/{case.key}", json={"reviewer": reviewer}, headers=HERE).status_code


def test_nothing_of_another_is_shown_before_the_own_word(browser: TestClient, desk: Desk, case: Case) -> None:
    browser.cookies.set("sightline-reviewer", "bo")
    page = everything(browser, case)
    assert "1 other reader has spoken of this case" in page
    assert not [
        word for word in ("ana", "map wrong,", "at the ruler") if f"{word}</" in page or f"{word}:" in page or "at the ruler" in page
    ]
    assert browser.get("/?review=wrong").text.count('class="card"') == 0
    assert browser.get(f"/readers/{case.key}/0").status_code == browser.get(f"/combined/{case.key}/united").status_code == 404
    assert opened(browser, case, "bo") == 422

    say(desk, case, "bo", map="right")
    assert "at the ruler" not in everything(browser, case)  # an outline can still be drawn blindly
    say(desk, case, "bo", shapes=(Box(box=(1, 2, 20, 20)),))
    assert opened(browser, case, "bo") == 200
    page = everything(browser, case)
    assert "at the ruler" in page
    assert "map wrong, outlined (blind)" in page
    assert "ana and bo" in page
    assert "<td>0 of 1</td>" in browser.get(f"/others/{case.key}").text
    say(desk, case, "bo", map="wrong")
    assert "<td>1 of 1</td>" in browser.get(f"/others/{case.key}").text  # as soon as it is saved
    assert {row.reviewer: row.blind for row in desk.said(case)} == {"ana": True, "bo": False}


def test_own_words_are_always_shown_and_filtered(browser: TestClient, desk: Desk, case: Case) -> None:
    browser.cookies.set("sightline-reviewer", "ana")
    page = browser.get("/?review=commented").text
    assert page.count('class="card"') == 1
    assert "ana: map wrong, outlined" in page
    assert "other reader" not in browser.get(f"/others/{case.key}").text


def test_open_readers_see_everything_and_are_not_blind(browser: TestClient, desk: Desk, case: Case) -> None:
    desk.open_readers = True
    assert "at the ruler" in everything(browser, case)
    say(desk, case, "bo", map="right")
    assert {row.reviewer: row.blind for row in desk.said(case)} == {"ana": True, "bo": False}


def test_a_judgement_that_was_taken_back_whole_opens_nothing(browser: TestClient, desk: Desk, case: Case) -> None:
    say(desk, case, "bo", map="right")
    desk.take_back(case, "bo", 0.5, "f" * 8)
    assert opened(browser, case, "bo") == 422
    assert desk.said(case)[0].said != Judgement()
