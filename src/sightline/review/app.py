"""Every address of the pages, and what answers it.

Cases are addressed by digits that are looked up among the cases of the run. No part of an address is ever used as the name of a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib.resources import files
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import Field

from sightline.errors import UserError
from sightline.review import pages
from sightline.review.asked import REVIEWER, Me, Wanted, found_case
from sightline.review.choosing import done
from sightline.review.desk import Desk, share
from sightline.review.export import exported
from sightline.review.filters import Filter
from sightline.review.guard import Guard
from sightline.review.judgement import Frozen, Judgement, reviewer_name
from sightline.review.others import content, others
from sightline.review.pictures import colour_bar
from sightline.review.store import Kept

_YEAR = 365 * 24 * 3600
_SCRIPTS = (
    "saves.js",
    "review.js",
    "case.js",
    "mask.js",
    "polygon.js",
    "steps.js",
    "draw.js",
    "readers.js",
    "vendor/htmx/htmx.min.js",
    "vendor/annotorious/annotorious.js",
)
_STYLES = ("vendor/annotorious/annotorious.css",)


class Said(Frozen):
    """A save: what is given replaces what the reviewer said before.

    Attributes:
        request: names the save, see `Store.add`.
        threshold: of the contour that was shown.
    """

    request: Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")]
    reviewer: Annotated[str, Field(max_length=200)]
    threshold: Annotated[float, Field(ge=0, le=1)]
    said: Judgement = Judgement()


class Name(Frozen):
    """The name of a reviewer."""

    name: Annotated[str, Field(max_length=200)]


def app(desk: Desk, port: int, token: str) -> Guard:
    """The app, behind its guard.

    Args:
        port: of the server.
        token: that the address of the first visit holds.
    """

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        desk.begin()
        yield
        desk.end()

    pages_app = FastAPI(title="sightline review", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    _refusals(pages_app)
    _static(pages_app)
    _grid(pages_app, desk)
    _case(pages_app, desk)
    _outlines(pages_app, desk)
    others(pages_app, desk)
    _pictures(pages_app, desk)
    _network(pages_app, desk)
    _judgements(pages_app, desk)
    return Guard(pages_app, port, token)


def _refusals(pages_app: FastAPI) -> None:
    @pages_app.exception_handler(UserError)
    def refused(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):  # a person asks, and not a script of the page
            return PlainTextResponse(f"{error}\n", 422)
        return JSONResponse({"reason": str(error)}, 422)

    @pages_app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return JSONResponse({"reason": f"{where or 'the request'}: {first['msg']}"}, 422)


def _static(pages_app: FastAPI) -> None:
    """Files that come with the package are read once, and addressed by names from a list."""
    here = files("sightline.review").joinpath("static")
    kinds = dict.fromkeys(_SCRIPTS, "text/javascript") | dict.fromkeys(_STYLES, "text/css")
    held = {name: (here.joinpath(*name.split("/")).read_bytes(), kind) for name, kind in kinds.items()}
    held["style.css"] = (pages.style().encode(), "text/css")
    held["icon.svg"] = (here.joinpath("icon.svg").read_bytes(), "image/svg+xml")
    held["bar.png"] = (colour_bar(), "image/png")

    @pages_app.get("/static/{name:path}")
    def static(name: str, request: Request) -> Response:
        if name not in held:
            raise HTTPException(404)
        return _cached(request, *held[name], seconds=0)


def _cached(request: Request, content: bytes, kind: str, seconds: int) -> Response:
    """An answer that the browser keeps, and that is not sent again where it has not changed."""
    tag = f'"{sha256(content).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": f"private, max-age={seconds}" if seconds else "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


def _grid(pages_app: FastAPI, desk: Desk) -> None:
    templates = pages.environment()

    @pages_app.get("/")
    def grid(me: Me, wanted: Wanted) -> HTMLResponse:
        return HTMLResponse(templates.get_template("cases.html.j2").render(pages.grid(desk, wanted, me, 0)))

    @pages_app.get("/cards")
    def cards(me: Me, wanted: Wanted, start: int = 0) -> HTMLResponse:
        return HTMLResponse(templates.get_template("cards.html.j2").render(pages.grid(desk, wanted, me, max(0, start))))


def _case(pages_app: FastAPI, desk: Desk) -> None:
    templates = pages.environment()

    @pages_app.get("/case/{key}")
    def case(key: str, me: Me, wanted: Wanted) -> HTMLResponse:
        found = found_case(desk, key)
        shown = pages.case(desk, found, wanted, me) | content(desk, found, me)
        return HTMLResponse(templates.get_template("case.html.j2").render(shown))


def _outlines(pages_app: FastAPI, desk: Desk) -> None:
    def asked(map: str, threshold: str) -> tuple[str, float]:
        name = desk.map_name(Filter(map=map))
        return name, share(threshold, desk.cases.maps.threshold(name) if name else 0.5)

    @pages_app.get("/outlines/{key}/contour")
    def contour(key: str, map: str = "", threshold: str = "") -> JSONResponse:
        return JSONResponse({"outlines": desk.contour(found_case(desk, key), *asked(map, threshold))})

    @pages_app.get("/outlines/{key}/start")
    def start(key: str, map: str = "", threshold: str = "") -> JSONResponse:
        return JSONResponse({"outlines": desk.start(found_case(desk, key), *asked(map, threshold))})

    @pages_app.get("/outlines/{key}/drawn")
    def drawn(key: str) -> JSONResponse:
        return JSONResponse({"outlines": desk.proposed(found_case(desk, key))})

    @pages_app.get("/outlines/{key}/annotation")
    def annotation(key: str) -> JSONResponse:
        found = desk.annotation(found_case(desk, key))
        return JSONResponse({"outlines": found or [], "known": found is not None})


def _pictures(pages_app: FastAPI, desk: Desk) -> None:
    @pages_app.get("/small/{key}")
    def small(key: str, request: Request, map: str = "") -> Response:
        name = map if map in desk.cases.maps.names else None
        return _cached(request, desk.thumbnail(found_case(desk, key), name), "image/jpeg", 3600)

    @pages_app.get("/picture/{key}")
    def picture(key: str, request: Request) -> Response:
        return _cached(request, *desk.picture(found_case(desk, key)), 3600)

    @pages_app.get("/map/{key}")
    def layer(key: str, request: Request, map: str = "", scale: str = "") -> Response:
        found = desk.layer(found_case(desk, key), desk.map_name(Filter(map=map)), scale == "case")
        if found is None:
            raise HTTPException(404, "This run has no map of the case.")
        return _cached(request, found, "image/png", 3600)


def _network(pages_app: FastAPI, desk: Desk) -> None:
    """What other runs say, and what the network is asked on demand."""
    templates = pages.environment()

    @pages_app.get("/beside/{place}/{key}")
    def beside(place: int, key: str, request: Request) -> Response:
        found = desk.layer_beside(found_case(desk, key), place) if 0 <= place < len(desk.others) else None
        if found is None:
            raise HTTPException(404, "There is no such map.")
        return _cached(request, found, "image/png", 3600)

    @pages_app.get("/runner-up/{key}")
    def runner_up(key: str, request: Request, map: str = "", scale: str = "") -> Response:
        case, name = found_case(desk, key), desk.map_name(Filter(map=map))
        if not (name and desk.cases.maps.of_class):
            raise HTTPException(404, "The maps of this run explain no single class.")
        painted, silence, highest, own = desk.layer_of_runner_up(case, name, scale == "case")
        answer = _cached(request, painted, "image/png", 3600)
        # the page reads these before it shows the picture, which is then not sent again
        answer.headers.update({"Sightline-Silence": silence, "Sightline-Highest": highest, "Sightline-Own-Scale": own})
        return answer

    @pages_app.get("/nearest/{key}")
    def nearest(key: str) -> HTMLResponse:
        return HTMLResponse(templates.get_template("nearest.html.j2").render(pages.nearest(desk, found_case(desk, key))))

    @pages_app.get("/trained/{place}")
    def trained(place: int, request: Request) -> Response:
        try:
            return _cached(request, desk.trained_on(place), "image/jpeg", 3600)
        except IndexError:
            raise HTTPException(404, "There is no such training image.") from None


def _judgements(pages_app: FastAPI, desk: Desk) -> None:
    @pages_app.post("/reviewer")
    def reviewer(given: Name) -> JSONResponse:
        name = reviewer_name(given.name)
        answer = JSONResponse({"name": name})
        answer.set_cookie(REVIEWER, quote(name), max_age=_YEAR, samesite="strict", httponly=True, path="/")
        return answer

    @pages_app.post("/judge/{key}")
    def judge(key: str, given: Said) -> JSONResponse:
        new = {name: getattr(given.said, name) for name in given.said.model_fields_set}
        name = reviewer_name(given.reviewer)
        kept = desk.judge(found_case(desk, key), name, lambda said: said.model_copy(update=new), given.threshold, given.request)
        return _row(kept, done(desk.cases, desk.overview(name), name))

    @pages_app.get("/export.jsonl")
    def export() -> StreamingResponse:
        headers = {"Content-Disposition": 'attachment; filename="reviews.jsonl"'}
        return StreamingResponse(exported(desk.cases, desk.store), media_type="application/jsonl; charset=utf-8", headers=headers)

    @pages_app.post("/undo/{key}")
    def undo(key: str, given: Said) -> JSONResponse:
        found = desk.take_back(found_case(desk, key), reviewer_name(given.reviewer), given.threshold, given.request)
        if found is None:
            return JSONResponse({"reason": "there is nothing to take back"}, 409)
        return _row(found[0], done(desk.cases, desk.overview(found[0].reviewer), found[0].reviewer), found[1])


def _row(kept: Kept, queue: str, taken_back: str = "") -> JSONResponse:
    """What counts now, how much of the queue is done and, of an undo, what was taken back."""
    return JSONResponse({"said": kept.said.model_dump(mode="json"), "at": kept.at, "queue": queue, "taken_back": taken_back})
