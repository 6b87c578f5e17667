"""What a request says of who asks, and of which case."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from sightline.review.asked import REVIEWER, Me, Wanted, found_case
from sightline.review.desk import Desk


@pytest.fixture
def echo() -> TestClient:
    """A server that says what it was asked."""
    server = FastAPI()

    @server.get("/")
    def said(me: Me, wanted: Wanted) -> dict[str, object]:
        return {"me": me, "wanted": wanted.chosen}

    return TestClient(server)


@pytest.mark.parametrize(("cookie", "name"), [(quote("Äna <b>"), "Äna <b>"), ("", ""), (quote("\x07"), ""), ("a" * 500, "")])
def test_the_name_is_that_of_the_cookie_if_it_is_one(echo: TestClient, cookie: str, name: str) -> None:
    echo.cookies.set(REVIEWER, cookie)
    assert echo.get("/").json()["me"] == name


def test_without_a_cookie_nobody_in_particular_asks(echo: TestClient) -> None:
    assert echo.get("/?right=no&moon=full").json() == {"me": "", "wanted": {"right": "no"}}


def test_the_case_of_an_address_is_found_or_refused(desk: Desk) -> None:
    case = desk.cases[3]
    assert found_case(desk, case.key) is case
    with pytest.raises(HTTPException, match="There is no such case in this run") as refused:
        found_case(desk, "../t.csv")
    assert refused.value.status_code == 404
