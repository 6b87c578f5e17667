"""The form of a run's JSON files: the entries that their readers need. Files may hold further entries."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sightline.results import Result, SplitScores


class Environment(Result):
    """`environment.json`."""

    packages: dict[str, str]


class Model(Result):
    """`model.json`."""

    classes: Annotated[list[str], Field(min_length=1)]
    image_size: Annotated[int, Field(gt=0)]
    recipe: dict[str, Any]
    sha256: str
    split: str | None = None  # earlier versions did not keep it


Metrics = dict[str, SplitScores]  # `metrics.json`: split -> scores
