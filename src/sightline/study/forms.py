"""The form of the JSON files of a study: what their readers take for granted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from sightline.engine.read_files import Damaged, read_json
from sightline.results import Result, Score


class Taken(Result):
    """`took.json`."""

    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class HeldOut(Result):
    """How good they are on images that were held out."""

    dice: Score


class Images(Result):
    """How many there are."""

    kept: int
    predicted: Annotated[int, Field(gt=0)]


class Drawn(Result):
    """`pseudo.json`, as far as a report tells of it."""

    held_out: HeldOut
    images: Images


def seconds_taken(run: Path) -> float | None:
    """How long a training took; None where that was not written down, or was lost: it is only for estimates."""
    try:
        return read_json(run / "took.json", Taken, "").seconds
    except Damaged:
        return None
