"""Results as objects with named fields: scores of one split with their intervals, and differences between two runs.

They are read from the JSON files of a run, and written in the same form. Further fields of a file are kept.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)] | None  # None is what cannot be computed
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)] | None


class Result(BaseModel):
    """A part of a result. It is immutable; `to_json` converts it to plain values."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    def to_json(self) -> dict[str, Any]:
        """Plain values, as in the JSON files of a run."""
        return self.model_dump(mode="json", exclude_unset=True)


class Score(Result):
    """A number with its interval.

    >>> Score(value=0.8, low=0.7, high=0.9)
    Score(0.800 [0.700, 0.900])

    Attributes:
        value: None where it cannot be computed, such as the AUC of images of one class.
        low, high: bounds of the interval; None where there are too few images.
        method: how the interval was computed, if known: `bca`, `percentile`.
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
    """The scores of one class, which `n` images have as their label."""

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
    """The best threshold in hindsight: chosen on the same images that are scored."""

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
    """A map as a mask, at the threshold that was chosen on validation images."""

    threshold: float
    jaccard: Score
    oracle: Best | None


class Classification(Result):
    """How good the decision is. Accuracies are those of the most probable class.

    Attributes:
        per_class: class -> its scores.
        confusion: (C, C) counts; rows are labels, columns are predictions.
        roc: class -> curve; None for a class without images.
        at_threshold: with two classes, scores at the threshold that the run keeps.
    """

    accuracy: Score
    balanced_accuracy: Score
    auc: Score
    per_class: dict[str, ClassScores]
    confusion: list[list[Count]]
    roc: dict[str, Curve | None]
    at_threshold: Decided | None = None


class Level(Score):
    """A score of maps, beside the levels that maps reach without any information about the image.

    Attributes:
        uniform: score of a map with the same value everywhere.
        centre: score of a blob in the middle.
        shuffled: score of the maps of other images.
    """

    uniform: Number = None
    centre: Number = None
    shuffled: Number = None


class Localisation(Result):
    """How well a map agrees with the region that an expert marked.

    Attributes:
        epg: energy-based pointing game: the share of the map's positive evidence inside the region.
        roi_area: the share of the image that the region covers.
        unknown, blank: number of images without a known region; number of maps without positive evidence.
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
    """Accuracy of each group, and of the worst group."""

    by_group: dict[str, Group]
    worst: Score
    worst_group: str | None


class MaskScores(Result):
    """Scores of a map as a predicted mask; `empty` and `whole` are, for comparison, the Jaccard indices of an empty mask and of a mask of
    the whole image."""

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
        n: number of images.
        classes: in the order of the logits.
        localisation: map -> its scores; empty for a classifier without maps.
        masks: map -> its scores as a mask, for maps in [0, 1].
        pointing: map -> region or class -> how often the map's maximum lies there; only if the recipe asks for it.
        groups: accuracy by class and artefact, if artefacts are tagged.
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
        split, metric: the split and the score that are compared.
        value, low, high: the difference and its interval.
        p, p_holm: p-value of a permutation test; the same, corrected over all comparisons made together.
        verdict: `higher`, `lower`, or a statement that the two cannot be distinguished.
    """

    split: str
    metric: str
    value: Number
    low: Number
    high: Number
    p: Number = None
    p_holm: Number = None
    verdict: str
