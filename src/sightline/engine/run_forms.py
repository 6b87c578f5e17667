"""The form of a run's JSON files: what their readers take for granted. What is not named here may be there as well."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from sightline.results import Share, SplitScores


class Environment(TypedDict):
    """`environment.json`."""

    packages: dict[str, str]


class Model(TypedDict):
    """`model.json`."""

    classes: Annotated[list[str], Field(min_length=1)]
    image_size: Annotated[int, Field(gt=0)]
    recipe: dict[str, Any]
    sha256: str
    split: NotRequired[str]  # earlier versions did not keep it


class Thresholds(TypedDict):
    """`thresholds.json`."""

    decision: Share
    maps: dict[str, Share]


Metrics = dict[str, SplitScores]  # `metrics.json`: split -> scores
