"""What a server answers, as JSON."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel

from sightline.explain.overlay import Range, says_nothing
from sightline.explain.window import Window
from sightline.predict.stream import Seen
from sightline.results import Result
from sightline.results.predictions import FindingsPrediction, Prediction

USE = (
    "Research use only; not a medical device. The model is meant for images like those that it was trained on, knows no classes but its "
    "own, and does not replace the judgement of a physician."
)


class Predictions(Result):
    """Of the pictures of a request, in their order.

    Attributes:
        model: name of the model.
        rule: how a class is decided for; finding -> how, where pictures can have several.
        predictions: one per file.
    """

    model: str
    rule: str | dict[str, str]
    predictions: tuple[Prediction | FindingsPrediction, ...]


class Map(Result):
    """Where the model looked.

    Attributes:
        name: of the map.
        finding: whose map it is, where pictures can have several findings; None: they cannot.
        range: `evidence`: values above 0 speak for the predicted class; `unit`: from 0 to 1.
        values: rows of numbers, from the top, as the network gives them.
        window: the part of the picture that the map covers: left, top, right, bottom, in pixels of the picture.
        cell: width and height of the part of the picture that one number stands for, in pixels of the picture.
        note: why the map points nowhere; empty where it does point somewhere.
    """

    name: str
    finding: str | None = None
    range: str
    values: tuple[tuple[float | None, ...], ...]
    window: tuple[float, float, float, float]
    cell: tuple[float, float]
    note: str


class Explained(Result):
    """A prediction with its map."""

    model: str
    rule: str | dict[str, str]
    prediction: Prediction
    map: Map


class Health(BaseModel):
    """Whether the server answers: always `ok`; and the number of pictures that are under way."""

    status: str = "ok"
    pictures: int


class OfRun(Result):
    """A run behind the server: its name, the SHA-256 of its weights, the recipe, the data set it was trained on."""

    name: str
    weights: str
    recipe: str
    data: str


class About(Result):
    """The model behind the server.

    Attributes:
        name: of the run, or of the runs of an ensemble.
        version: of sightline.
        runs: with the SHA-256 of their weights.
        classes: in the order of the probabilities; of several findings, the findings.
        image_size: side of the square that the network sees, pixels.
        channels: of a picture.
        rule: how a class is decided for.
        calibrated: whether the probabilities are calibrated.
        map: name of the attention map; None: there is none.
        intended_use: what it is for, and what not.
    """

    name: str
    version: str
    runs: tuple[OfRun, ...]
    classes: tuple[str, ...]
    image_size: int
    channels: int
    rule: str | dict[str, str]
    calibrated: bool
    map: str | None
    intended_use: str = USE


class Error(BaseModel):
    """Why there is no result, and what to do about it."""

    error: str


def map_of(seen: Seen, name: str, range: Range, finding: str, where: Window) -> Map:
    """The map of a picture as numbers.

    Args:
        where: see `Map.window`.
    """
    raw = np.asarray(seen.map, np.float64)
    x0, y0, x1, y1 = (round(edge, 3) for edge in where)
    return Map(
        name=name,
        finding=finding or None,
        range=range,
        values=tuple(tuple(float(f"{v:.6g}") if np.isfinite(v) else None for v in row) for row in raw),
        window=(x0, y0, x1, y1),
        cell=(round((x1 - x0) / raw.shape[1], 3), round((y1 - y0) / raw.shape[0], 3)),
        note=says_nothing(raw, range),
    )
