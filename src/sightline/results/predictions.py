"""What trained runs say of pictures that nobody has labelled."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, overload

from sightline.results.base import Number, Result, Share

Row = TypeVar("Row", bound=Result)


class Rows(Sequence[Row], Generic[Row]):
    """Predictions in the order of the pictures. A part of them is a table of the same kind.

    Attributes:
        rows: one per picture.
    """

    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Row | Self:
        if not isinstance(place, slice):
            return self.rows[place]
        part = copy(self)
        object.__setattr__(part, "rows", self.rows[place])  # of a frozen table
        return part

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def to_pandas(self) -> Any:
        """A pandas DataFrame with the columns of the file that `sightline predict` writes. pandas has to be installed."""
        import pandas as pd

        return pd.DataFrame([self._as_row(row) for row in self.rows], columns=self._columns())

    @abstractmethod
    def _columns(self) -> list[str]:
        """Names of the columns."""

    @abstractmethod
    def _as_row(self, one: Row) -> dict[str, Any]:
        """The cells of one picture."""


class Prediction(Result):
    """What is said of one picture.

    Attributes:
        image: its name.
        prediction: the class that is decided for; None where the picture could not be read.
        probabilities: class -> probability, calibrated unless the caller wanted them raw; empty where the picture could not be read.
        threshold: from which probability of the last of two classes it is decided for; None: the most probable class is.
        entropy: of the probabilities, as a share of the largest possible: 0: all on one class; 1: all classes alike.
        spread: standard deviation, over the runs of an ensemble, of the probability of the predicted class; None for one run.
        set: classes of the conformal set, most probable first; it can be empty. None where no coverage was asked for.
        looks: share of the positive evidence of the map inside the given region; None without a region or a map.
        note: what went wrong.
    """

    image: str
    prediction: str | None = None
    probabilities: dict[str, float] = {}
    threshold: Share = None
    entropy: Number = None
    spread: Number = None
    set: tuple[str, ...] | None = None
    looks: Share = None
    note: str = ""


BETWEEN = "|"  # classes of a set in a cell


@dataclass(frozen=True)
class PredictionTable(Rows[Prediction]):
    """Predictions in the order of the pictures.

    >>> table = PredictionTable(("nevus", "melanoma"), (Prediction(image="a.jpg", prediction="nevus"),))
    >>> len(table), table[0].prediction
    (1, 'nevus')

    Attributes:
        classes: in the order of the logits.
        rows: one per picture.
        sets: whether rows have conformal sets.
    """

    classes: tuple[str, ...]
    rows: tuple[Prediction, ...]
    sets: bool = False

    def _columns(self) -> list[str]:
        return columns(self.classes, self.sets)

    def _as_row(self, one: Prediction) -> dict[str, Any]:
        return as_row(one, self.classes)


def columns(classes: Sequence[str], sets: bool = False) -> list[str]:
    """The columns of a table of predictions; `sets`: with conformal sets."""
    about = ["threshold", "entropy", "spread", *(["set"] if sets else []), "looks", "note"]
    return ["image", "prediction", *(f"p_{name}" for name in classes), *about]


def as_row(one: Prediction, classes: Sequence[str]) -> dict[str, Any]:
    """A prediction as a row of such a table; None is what is not known."""
    probabilities = {f"p_{name}": one.probabilities.get(name) for name in classes}
    about = {"threshold": one.threshold, "entropy": one.entropy, "spread": one.spread, "looks": one.looks, "note": one.note}
    inside = None if one.set is None else BETWEEN.join(one.set)
    return {"image": one.image, "prediction": one.prediction, **probabilities, "set": inside, **about}


class FindingsPrediction(Result):
    """What is said of one picture that can have several findings.

    Attributes:
        image: its name.
        prediction: the findings that are decided for, divided by `;`, or `none`; None where the picture could not be read.
        probabilities: finding -> probability, calibrated unless the caller wanted them raw. Each is that of a question of its own; they do
            not add up to 1.
        thresholds: finding -> from which probability it is decided for; None: from one half on.
        note: what went wrong.
    """

    image: str
    prediction: str | None = None
    probabilities: dict[str, float] = {}
    thresholds: dict[str, Share] = {}
    note: str = ""


@dataclass(frozen=True)
class FindingsTable(Rows[FindingsPrediction]):
    """Predictions of several findings, in the order of the pictures.

    Attributes:
        findings: in the order of the logits.
        rows: one per picture.
    """

    findings: tuple[str, ...]
    rows: tuple[FindingsPrediction, ...]

    def _columns(self) -> list[str]:
        return columns_of_findings(self.findings)

    def _as_row(self, one: FindingsPrediction) -> dict[str, Any]:
        return row_of_findings(one, self.findings)


def columns_of_findings(findings: Sequence[str]) -> list[str]:
    """The columns of a table of such predictions."""
    return ["image", "prediction", *(f"p_{name}" for name in findings), *(f"threshold_{name}" for name in findings), "note"]


def row_of_findings(one: FindingsPrediction, findings: Sequence[str]) -> dict[str, Any]:
    """A prediction as a row of such a table; None is what is not known."""
    probabilities = {f"p_{name}": one.probabilities.get(name) for name in findings}
    thresholds = {f"threshold_{name}": one.thresholds.get(name) for name in findings}
    return {"image": one.image, "prediction": one.prediction, **probabilities, **thresholds, "note": one.note}


class Predicted(Result):
    """What was done.

    Attributes:
        pictures: number of rows of the table; `before`: of those, rows that were there already.
        failed: number of pictures, this time, that could not be read.
        counts: class -> number of pictures, this time, that were predicted as this class; finding -> that were predicted to have it.
        uncalibrated: runs whose probabilities are as the network gives them.
        volumes: the table of volumes, where the pictures are slices of some; None: they are not.
        left_out: suffix -> number of files in the folders that are no pictures.
    """

    out: str
    pictures: int
    before: int
    failed: int
    counts: dict[str, int]
    uncalibrated: tuple[str, ...] = ()
    volumes: str | None = None
    left_out: dict[str, int] = {}
