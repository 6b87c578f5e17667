"""What a request says of who asks, and of which case."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Cookie, Depends, HTTPException, Request

from sightline.errors import UserError
from sightline.review.cases import Case
from sightline.review.desk import Desk
from sightline.review.filters import Filter
from sightline.review.judgement import reviewer_name

REVIEWER = "sightline-reviewer"  # the cookie with the reviewer's name


def _reviewer(given: Annotated[str, Cookie(alias=REVIEWER)] = "") -> str:
    """The name that the browser keeps; empty: none, or none that is a name."""
    try:
        return reviewer_name(unquote(given))
    except UserError:
        return ""


def _wanted(request: Request) -> Filter:
    return Filter.of(request.query_params)


Me = Annotated[str, Depends(_reviewer)]
Wanted = Annotated[Filter, Depends(_wanted)]


def found_case(desk: Desk, key: str) -> Case:
    """The case of an address.

    Raises:
        HTTPException: there is none.
    """
    try:
        return desk.case(key)
    except KeyError:
        raise HTTPException(404, "There is no such case in this run.") from None
