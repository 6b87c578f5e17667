"""What trained runs say of pictures that nobody has labelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from sightline.results.base import Number, Result, Share


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
class PredictionTable(Sequence[Prediction]):
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

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Prediction: ...

    @overload
    def __getitem__(self, place: slice) -> PredictionTable: ...

    def __getitem__(self, place: int | slice) -> Prediction | PredictionTable:
        return PredictionTable(self.classes, self.rows[place], self.sets) if isinstance(place, slice) else self.rows[place]

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.rows)

    def to_pandas(self) -> Any:
        """A pandas DataFrame with a column `p_CLASS` for each class. pandas has to be installed."""
        import pandas as pd

        return pd.DataFrame([as_row(row, self.classes) for row in self.rows], columns=columns(self.classes, self.sets))


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
