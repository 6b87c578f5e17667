"""The server as an ASGI application: what can be asked, and what is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp

from sightline.engine.files import finite
from sightline.results.predictions import FindingsPrediction, Prediction
from sightline.serve import explaining, pages
from sightline.serve.answers import USE, About, Error, Explained, Health, OfRun, Predictions
from sightline.serve.desk import Desk
from sightline.serve.guard import Guard
from sightline.serve.limits import LOOPBACK, Limits
from sightline.serve.model import Model
from sightline.serve.refused import Refused, Unreadable
from sightline.serve.upload import Upload

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Error, "description": words}
    for status, words in {
        400: "no form, or one without a file",
        401: "the token is missing",
        408: "the request took too long to arrive",
        413: "too many bytes, pixels, parts or files",
        415: "not a picture",
        422: "a picture that cannot be read",
        503: "too much is under way; see Retry-After",
    }.items()
}
BODY = {  # read by `form.Form`, and not by FastAPI, which would take in a file of any size
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}}}
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
            "application/dicom": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
SILENT: Any = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
Finding = Annotated[str | None, Query(description="The finding whose map is wanted, where a picture can have several.")]
Format = Annotated[str | None, Query(description="`json`, `png` or `dicom`; without it, the header Accept decides.")]


def application(model: Model, limits: Limits, hosts: Sequence[str] = LOOPBACK, token: str | None = None) -> ASGIApp:
    """The application, guarded.

    Args:
        hosts, token: see `guard.Guard`.
    """
    about = f"The model {model.name}. {USE}"
    # the pages for the interface that FastAPI has load their programs from another machine, and its telemetry can be sent to one
    api = FastAPI(title="sightline", version=version("sightline"), description=about, docs_url=None, redoc_url=None, telemetry=SILENT)
    desk = Desk(model, limits)
    _errors(api)
    _about(api, desk, token is not None)
    _answers(api, desk)
    return Guard(api, hosts, token)


def _answers(api: FastAPI, desk: Desk) -> None:
    """What is said of pictures."""
    model = desk.model

    @api.post("/predict", response_model=Predictions, responses=ERRORS, openapi_extra=BODY)
    async def predict(request: Request) -> Response:
        """The class and the probabilities of one picture or of several: the values that `sightline predict` writes. A picture of several
        that cannot be read has a note in place of a prediction."""
        async with desk.received(request) as uploads:
            said = await asyncio.gather(*(desk.predicted(one) for one in uploads), return_exceptions=True)
        found = Predictions(model=model.name, rule=model.rule, predictions=tuple(map(_noted, uploads, said)))
        refused = [one for one in said if isinstance(one, Unreadable)]
        if len(refused) < len(said):
            return JSONResponse(finite(found.model_dump(mode="json")))
        return JSONResponse({"error": refused[0].reason} | finite(found.model_dump(mode="json")), refused[0].status)

    @api.post("/explain", response_model=Explained, responses=ERRORS | _drawings(), openapi_extra=BODY)
    async def explain(request: Request, format: Format = None, finding: Finding = None) -> Response:
        """The same of one picture, with the map of the predicted class: as numbers (json), drawn over the picture (png), or drawn as a
        DICOM file of the same study (dicom, of DICOM files alone). Without the map, as a DICOM Structured Report (sr, likewise)."""
        form, of = explaining.form_of(request, format), model.asked_of(finding)
        async with desk.received(request) as uploads:
            upload = _only(uploads)
            if form in ("dicom", "sr"):
                explaining.require_dicom(upload)
            if form == "sr":
                explaining.require_highdicom()
            seen, where = await desk.explained(upload, of)
            if form == "json":
                return JSONResponse(finite(explaining.as_numbers(model, seen, where, of).model_dump(mode="json")))
            if form == "png":
                drawing = await desk.apart(explaining.as_drawing, model, seen, of)
                return Response(await desk.apart(pages.as_png, drawing), media_type="image/png")
            file = explaining.as_dicom if form == "dicom" else explaining.as_report
            return Response(await desk.apart(file, model, seen, of, upload), media_type="application/dicom")

    @api.post("/look", include_in_schema=False)
    async def look(request: Request, finding: Finding = None) -> Response:
        """For the page: the prediction, and picture and map as pictures of their own."""
        async with desk.received(request) as uploads:
            upload = _only(uploads)
            shown: dict[str, Any] = {"rule": model.rule, "map": None}
            if model.has_map:
                of = model.asked_of(finding or next(iter(model.findings), None))
                seen, where = await desk.explained(upload, of)
                under, over = await desk.apart(explaining.as_layers, model, seen, of)
                shown |= {"map": explaining.numbers(model, seen, where, of), "picture": pages.as_uri(under), "overlay": pages.as_uri(over)}
                shown["prediction"] = seen.prediction
            if model.findings or not model.has_map:
                shown["prediction"] = await desk.predicted(upload)
        return JSONResponse(finite(shown))


def _noted(upload: Upload, said: Prediction | FindingsPrediction | BaseException) -> Prediction | FindingsPrediction:
    """A file that cannot be read has a note, as in the table of `sightline predict`."""
    if isinstance(said, Unreadable):
        return Prediction(image=upload.name, note=said.note)
    if isinstance(said, BaseException):
        raise said
    return said


def _only(uploads: Sequence[Upload]) -> Upload:
    if len(uploads) > 1:
        raise Refused(422, f"There are {len(uploads)} files, and one is explained at a time. Send them one by one.")
    return uploads[0]


def _drawings() -> dict[int | str, dict[str, Any]]:
    """The further forms of an explanation."""
    kinds = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in explaining.KINDS if kind != "application/json"}
    return {200: {"content": kinds, "description": "the prediction with its map"}}


def _about(api: FastAPI, desk: Desk, token: bool) -> None:
    """What is said of the server itself."""
    model = desk.model

    @api.get("/health")
    async def health() -> Health:
        """Whether the server answers, and how many pictures are under way."""
        return Health(pictures=desk.present)

    @api.get("/model", responses={401: ERRORS[401]})
    async def about() -> About:
        """The model: classes, size of its images, rule of the decision, weights, and what it is for."""
        return about_model(model)

    @api.get("/", include_in_schema=False)
    async def start() -> Response:
        return HTMLResponse(pages.start_page(model, desk.limits, token))

    @api.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        return HTMLResponse(pages.docs_page(api.openapi(), desk.limits, str(request.base_url).rstrip("/"), token))

    for path in pages.FILES:

        @api.get(path, include_in_schema=False)
        async def file(request: Request) -> Response:
            found, kind = pages.content(request.url.path)
            return Response(found, media_type=kind)


def about_model(model: Model) -> About:
    """What is said of the model."""
    first, network = model.runs[0], next(iter(model.networks.values()))
    runs = [
        OfRun(name=run.name, weights=weights, recipe=run.recipe.name, data=run.recipe.data.name)
        for run, weights in zip(model.runs, model.weights, strict=True)
    ]
    return About(
        name=model.name,
        version=version("sightline"),
        runs=tuple(runs),
        classes=model.findings or network.classes,
        image_size=first.recipe.data.image_size,
        channels=first.recipe.data.channels,
        rule=model.rule,
        calibrated=model.calibrated,
        map=network.map,
    )


def _errors(api: FastAPI) -> None:
    """Every answer that is no result is JSON with one sentence."""

    @api.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return error.response()

    @api.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        reason = {404: "There is nothing at this address. See /docs.", 405: "This address does not take the method. See /docs."}
        return JSONResponse({"error": reason.get(error.status_code, str(error.detail))}, error.status_code, error.headers)

    @api.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return Refused(422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}.").response()

    @api.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody reads it

    @api.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return Refused(500, "The server failed to answer; its log says why.").response()
