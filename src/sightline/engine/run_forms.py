"""The form of a run's JSON files: what their readers take for granted. What is not named here may be there as well."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

Number = Annotated[float, Field(allow_inf_nan=False)] | None  # None is what cannot be computed
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)] | None


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


class Score(TypedDict):
    """A number with its interval."""

    value: Number
    low: Number
    high: Number


class OfClass(TypedDict):
    """The scores of one class."""

    n: Count
    sensitivity: Score
    specificity: Score
    precision: Score
    f1: Score
    auc: Score
    average_precision: Score


class Curve(TypedDict):
    """A ROC curve."""

    fpr: list[float]
    tpr: list[float]


class Best(TypedDict):
    """The best threshold in hindsight."""

    threshold: float
    balanced_accuracy: NotRequired[Number]
    jaccard: NotRequired[Number]


class AtDecision(TypedDict):
    """The decision at the kept threshold."""

    threshold: float
    sensitivity: Score
    specificity: Score
    balanced_accuracy: Score
    oracle: Best | None


class AtMap(TypedDict):
    """A map cut at the kept threshold."""

    threshold: float
    jaccard: Score
    oracle: Best | None


class Classification(TypedDict):
    """How good the decision is."""

    accuracy: Score
    balanced_accuracy: Score
    auc: Score
    per_class: dict[str, OfClass]
    confusion: list[list[Count]]
    roc: dict[str, Curve | None]
    at_threshold: NotRequired[AtDecision]


class Level(Score):
    """A score of maps, with what maps reach that know nothing of the image."""

    uniform: NotRequired[Number]
    centre: NotRequired[Number]
    shuffled: NotRequired[Number]


class Localised(TypedDict):
    """The scores of one map."""

    epg: Level
    roi_area: Score
    unknown: NotRequired[Count]
    blank: NotRequired[Count]
    at_threshold: NotRequired[AtMap]


class Group(TypedDict):
    """The images of one class with one artefact."""

    n: Count
    accuracy: Score


class Groups(TypedDict):
    """All groups."""

    by_group: dict[str, Group]
    worst: Score
    worst_group: str | None


class Mask(TypedDict):
    """A map as a mask."""

    jaccard: Score
    dice: Score
    empty: Score
    whole: Score


class Points(Score):
    """How often a map points into its region."""

    n: Count
    chance: Number
    left_out: Count


class OfSplit(TypedDict):
    """The scores of one split."""

    n: Count
    classes: list[str]
    classification: Classification
    localisation: NotRequired[dict[str, Localised]]
    masks: NotRequired[dict[str, Mask]]
    pointing: NotRequired[dict[str, dict[str, Points]]]
    groups: NotRequired[Groups]


Metrics = dict[str, OfSplit]  # `metrics.json`: split -> scores
