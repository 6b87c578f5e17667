"""The form of a run's JSON files: the entries that their readers need. Files may hold further entries."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sightline.results import Result, SplitScores
from sightline.results.findings import FindingsScores


class Environment(Result):
    """`environment.json`."""

    packages: dict[str, str]
    date: str | None = None  # on which the training was begun; earlier versions did not keep it


class Model(Result):
    """`model.json`."""

    classes: Annotated[list[str], Field(min_length=1)]
    image_size: Annotated[int, Field(gt=0)]
    recipe: dict[str, Any]
    sha256: str
    split: str | None = None  # earlier versions did not keep it
    several: bool = False  # whether the classes are findings, of which an image can have several


Metrics = dict[str, SplitScores]  # `metrics.json`: split -> scores
FindingsMetrics = dict[str, FindingsScores]  # the same of a run with several findings


class OneFinding(Result):
    """`finding.json` in the folder of one finding of a run."""

    finding: str
