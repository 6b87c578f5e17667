"""What other reviewers said of a case: hidden from a reviewer until they have spoken themselves and ask for it, see `Desk.opened`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field

from sightline.data.sets.rle import text_of
from sightline.review import pages
from sightline.review.asked import Me, found_case
from sightline.review.cases import Case
from sightline.review.desk import Desk
from sightline.review.judgement import Frozen, reviewer_name
from sightline.review.outlines import outlines
from sightline.review.readers import Combined, agreements, combined, judged_alike, regions
from sightline.review.store import Kept
from sightline.review.words import told


class Asks(Frozen):
    """Who wants to see what others said."""

    reviewer: Annotated[str, Field(max_length=200)]


def others(pages_app: FastAPI, desk: Desk) -> None:
    """The addresses of what other reviewers said."""
    template = pages.environment().get_template("others.html.j2")

    @pages_app.get("/others/{key}")
    def part(key: str, me: Me) -> HTMLResponse:
        return HTMLResponse(template.render(content(desk, found_case(desk, key), me)))

    @pages_app.post("/open/{key}")
    def opened(key: str, given: Asks) -> JSONResponse:
        desk.open(found_case(desk, key), reviewer_name(given.reviewer))
        return JSONResponse({})

    @pages_app.get("/readers/{key}/{place}")
    def reader(key: str, place: int, me: Me) -> JSONResponse:
        masks = list(desk.regions(found_case(desk, key), me).values())
        if not 0 <= place < len(masks):
            raise HTTPException(404, "There is no such outline.")
        return JSONResponse({"outlines": outlines(masks[place])})

    @pages_app.get("/combined/{key}/{way}")
    def together(key: str, way: Combined, me: Me) -> JSONResponse:
        masks = list(desk.regions(found_case(desk, key), me).values())
        if not masks:
            raise HTTPException(404, "There is no outline.")
        mask = combined(masks, way)
        return JSONResponse({"outlines": outlines(mask), "counts": text_of(mask)})


def content(desk: Desk, one: Case, me: str) -> dict[str, Any]:
    """The content of the part of the page."""
    rows, shown = desk.said(one), desk.shown(one, me)
    found = regions(shown, desk.window(one)[1])
    return {
        "hidden": len(rows) - len(shown),
        "spoken": any(row.reviewer == me for row in rows),
        "others": said(shown, me),
        "readers": list(found),
        "agreements": agreements(found),
        "alike": judged_alike(desk.overview(me)) if len(shown) > 1 else [],
    }


def said(rows: Sequence[Kept], me: str) -> list[dict[str, str]]:
    """What other reviewers said of a case."""
    blind = {True: " (blind)", False: " (not blind)", None: ""}
    return [
        {
            "reviewer": row.reviewer,
            "words": ", ".join(told(row.brief)) + blind[row.blind],
            "comment": row.said.comment,
            "at": row.at.replace("T", " ").replace("Z", " UTC"),
        }
        for row in rows
        if row.reviewer != me
    ]
