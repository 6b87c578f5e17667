"""What comes out, as values with names: scores with their intervals, of one split, and differences between two runs.

They are read from the JSON of a run and written as it. What a file holds beyond the fields that are named here is kept.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)] | None  # None is what cannot be computed
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)] | None


class Result(BaseModel):
    """A part of a result. It cannot be changed; `to_json` gives it as plain values."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    def to_json(self) -> dict[str, Any]:
        """JSON-able, as in the files of a run."""
        return self.model_dump(mode="json", exclude_unset=True)


class Score(Result):
    """A number with its interval.

    >>> Score(value=0.8, low=0.7, high=0.9)
    Score(0.800 [0.700, 0.900])

    Attributes:
        value: None where it cannot be computed, as an AUC of one class.
        low, high: the interval; None where the images are too few for one.
        method: how the interval was made, where that is told: `bca`, `percentile`.
    """

    value: Number
    low: Number
    high: Number
    method: str | None = None

    def __repr__(self) -> str:
        shown = ["-" if number is None else f"{number:.3f}" for number in (self.value, self.low, self.high)]
        return f"{type(self).__name__}({shown[0]} [{shown[1]}, {shown[2]}])"

    __str__ = __repr__


class ClassScores(Result):
    """The scores of one class among `n` images of it."""

    n: Count
    sensitivity: Score
    specificity: Score
    precision: Score
    f1: Score
    auc: Score
    average_precision: Score


class Curve(Result):
    """A ROC curve."""

    fpr: list[float]
    tpr: list[float]


class Best(Result):
    """The best threshold in hindsight, chosen on the very images that are scored."""

    threshold: float
    balanced_accuracy: Number = None
    jaccard: Number = None


class Decided(Result):
    """The decision at the threshold that was chosen on validation images."""

    threshold: float
    sensitivity: Score
    specificity: Score
    balanced_accuracy: Score
    oracle: Best | None


class Cut(Result):
    """A map cut at the threshold that was chosen on validation images."""

    threshold: float
    jaccard: Score
    oracle: Best | None


class Classification(Result):
    """How good the decision is. Accuracies are those of the most probable class.

    Attributes:
        per_class: class -> its scores.
        confusion: (C, C) counts; rows are labels, columns what was said.
        roc: class -> curve; None for a class that the images lack.
        at_threshold: of two classes, at the threshold that the run keeps.
    """

    accuracy: Score
    balanced_accuracy: Score
    auc: Score
    per_class: dict[str, ClassScores]
    confusion: list[list[Count]]
    roc: dict[str, Curve | None]
    at_threshold: Decided | None = None


class Level(Score):
    """A score of maps, beside what maps reach that know nothing of the image.

    Attributes:
        uniform: of one value everywhere.
        centre: of a blob in the middle.
        shuffled: of the map of another image.
    """

    uniform: Number = None
    centre: Number = None
    shuffled: Number = None


class Localisation(Result):
    """How well a map agrees with the region that an expert marked.

    Attributes:
        epg: energy-based pointing game: the share of the map's positive evidence inside the region.
        roi_area: the share of the image that the region covers.
        unknown, blank: images without a known region; maps without positive evidence.
    """

    epg: Level
    roi_area: Score
    unknown: Count = 0
    blank: Count = 0
    at_threshold: Cut | None = None


class Group(Result):
    """The images of one class with, or without, one artefact."""

    n: Count
    accuracy: Score


class Groups(Result):
    """Accuracy of each group, and the worst."""

    by_group: dict[str, Group]
    worst: Score
    worst_group: str | None


class MaskScores(Result):
    """A map as a mask; `empty` and `whole` are the Jaccard indices of masks that say nothing."""

    jaccard: Score
    dice: Score
    empty: Score
    whole: Score


class Pointing(Score):
    """How often the highest point of a map lies in a region; `chance`: the mean share of the image that the region covers."""

    n: Count
    chance: Number
    left_out: Count


class SplitScores(Result):
    """All scores of one split.

    Attributes:
        n: images.
        classes: in the order of the logits.
        localisation: map -> its scores, of a classifier with maps.
        masks: map -> its scores as a mask, of maps in [0, 1].
        pointing: map -> region or class -> how often it points there, where a recipe asks for it.
        groups: by class and artefact, where artefacts are tagged.
    """

    n: Count
    classes: list[str]
    classification: Classification
    localisation: dict[str, Localisation] = {}
    masks: dict[str, MaskScores] = {}
    pointing: dict[str, dict[str, Pointing]] = {}
    groups: Groups | None = None


class Difference(Result):
    """A paired difference of one score, `arm` minus `base`, on the same images.

    Attributes:
        split, metric: of what.
        value, low, high: with its interval.
        p, p_holm: of a permutation test; corrected over all comparisons made together.
        verdict: `higher`, `lower` or that it cannot be told.
    """

    split: str
    metric: str
    value: Number
    low: Number
    high: Number
    p: Number = None
    p_holm: Number = None
    verdict: str
