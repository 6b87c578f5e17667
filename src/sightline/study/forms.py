"""The form of the JSON files of a study: what their readers take for granted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from sightline.engine.read_files import Damaged, read_json
from sightline.results import Result


class Taken(Result):
    """`took.json`."""

    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


def seconds_taken(run: Path) -> float | None:
    """How long a training took; None where that was not written down, or was lost: it is only for estimates."""
    try:
        return read_json(run / "took.json", Taken, "").seconds
    except Damaged:
        return None
