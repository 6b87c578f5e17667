"""Scores of one split with their intervals."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from sightline.results.base import Count, Number, Result, Score, Share, Version
from sightline.results.calibration import Calibration, CalibrationScores, PredictiveValues, SetScores
from sightline.results.groups import TagGroups


class AUC(Score):
    """An area under the ROC curve; `delong`: with two classes, its interval in closed form."""

    delong: Score | None = None


class AtDecision(Result):
    """How the decisions for one class compare with the labels, one class against the rest."""

    sensitivity: Score
    specificity: Score
    precision: Score
    f1: Score


class ClassScores(AtDecision):
    """The scores of one class, which `n` images have as their label."""

    n: Count
    auc: Score
    average_precision: Score


class Positive(AtDecision):
    """With two classes, the scores of the last one, whose name is `label`."""

    label: str = Field(validation_alias=AliasChoices("class", "label"), serialization_alias="class")


class Curve(Result):
    """A ROC curve; it has no points if all images are of one class."""

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
        sensitivity, specificity, precision, f1: means over the classes; see `metrics.classification`.
        per_class: class -> its scores.
        positive: with two classes, the last class's own scores.
        confusion: (C, C) counts; rows are labels, columns are predictions.
        roc: class -> curve; None for a class without images.
        at_threshold: with two classes, scores at the threshold that the run keeps.
    """

    accuracy: Score
    balanced_accuracy: Score
    sensitivity: Score | None = None
    specificity: Score | None = None
    precision: Score | None = None
    f1: Score | None = None
    auc: AUC
    average_precision: Score | None = None
    per_class: dict[str, ClassScores]
    positive: Positive | None = None
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

    @property
    def levels(self) -> dict[str, float]:
        """The levels that could be computed, by name."""
        found = {"uniform": self.uniform, "centre": self.centre, "shuffled": self.shuffled}
        return {name: value for name, value in found.items() if value is not None}


class Localisation(Result):
    """How well a map agrees with the region that an expert marked.

    Attributes:
        n, unknown, empty: number of images that were judged; that were not, since their region is unknown, or empty.
        blank: number of maps, among the judged, without positive evidence.
        epg: energy-based pointing game: the share of the map's positive evidence inside the region.
        pointing: how often the highest point lies inside the region.
        jaccard, dice: overlap of the map, cut at `evaluate.threshold`, with the region; 0 for a blank map.
        minmax_jaccard: the same at 0.5, also for blank maps that are higher in one place than in another (Yan 2020); None in files of
            earlier versions.
        pixel_ap: average precision of the region's pixels, ranked by the map.
        roi_area: the share of the image that the region covers.
        at_threshold: overlap at the threshold that the run keeps.
    """

    n: Count = 0
    unknown: Count = 0
    empty: Count = 0
    blank: Count = 0
    epg: Level
    pointing: Level | None = None
    jaccard: Level | None = None
    dice: Level | None = None
    pixel_ap: Level | None = None
    minmax_jaccard: Level | None = None
    roi_area: Score
    at_threshold: Cut | None = None


class Group(Result):
    """The images of one class with, or without, one artefact."""

    accuracy: Score
    n: Count


class Groups(Result):
    """Accuracy of each group, and of the worst group: that with the lowest accuracy, with the interval of that group."""

    worst: Score
    worst_group: str | None
    by_group: dict[str, Group]


class MaskScores(Result):
    """Scores of a map as a predicted mask.

    Attributes:
        n: number of images with a known region that is not empty; `jaccard` and `dice` are means over these.
        empty, whole: shares, among all images, of masks without a pixel and of masks that cover the image.
    """

    n: Count = 0
    jaccard: Score
    dice: Score
    empty: Score
    whole: Score


class Pointing(Score):
    """How often the highest point of a map lies in a region.

    Attributes:
        n, left_out: number of images that were judged; that were not, since the region is unknown or absent.
        chance: the mean share of the image that the region covers.
    """

    n: Count
    chance: Number
    left_out: Count = 0


class VolumeScores(Result):
    """Scores of volumes, from the pooled probabilities of their slices.

    Attributes:
        n, slices: number of volumes, and of their slices.
        pool: how probabilities are pooled, see `evaluate.pool`.
        classification: as of images. `at_threshold` is the decision at the threshold that the run keeps for slices; here, unlike elsewhere,
            this is one of calibrated probabilities.
    """

    n: Count
    slices: Count
    pool: str
    classification: Classification


class SplitScores(Result):
    """All scores of one split.

    Attributes:
        n: number of images.
        classes: in the order of the logits.
        localisation: map -> its scores; empty for a classifier without maps.
        masks: map -> its scores as a mask, for maps in [0, 1].
        pointing: map -> class -> how often the map's maximum lies in that class's region; only if the recipe asks for it.
        groups: accuracy by class and artefact, if artefacts are tagged.
        volumes: the scores of volumes; None where the images are no slices, and in files of earlier versions.
        by: tag -> the scores of its groups, for the tags that `evaluate.by` names.
        calibration: how right the probabilities are; None in files of earlier versions.
        sets: how conformal sets fare, if a coverage is asked for.
        predictive: predictive values at a prevalence, if one is given; they are not kept in the file.
        format: version of the form of the file.
    """

    n: Count
    classes: list[str]
    classification: Classification
    localisation: dict[str, Localisation] = {}
    masks: dict[str, MaskScores] = {}
    pointing: dict[str, dict[str, Pointing]] = {}
    groups: Groups | None = None
    volumes: VolumeScores | None = None
    by: dict[str, TagGroups] = {}
    calibration: CalibrationScores | None = None
    sets: SetScores | None = None
    predictive: PredictiveValues | None = None
    format: Version = 1

    @property
    def first_map(self) -> Localisation | None:
        """The scores of the first map; None if there is no map."""
        return next(iter(self.localisation.values()), None)

    @property
    def accuracy(self) -> Score:
        """The share of images whose most probable class is their label."""
        return self.classification.accuracy


class Thresholds(Result):
    """What a run decides by, chosen on its validation images.

    Attributes:
        decision: threshold of the probability of the last of two classes; None: the most probable class is predicted.
        maps: map -> threshold of the map scaled to [0, 1]; None if no validation image is annotated.
        calibration: of the probabilities; None where the recipe wants none, and in files of earlier versions.
        chosen_on: the split (`from` in the file).
    """

    chosen_on: str = Field("val", validation_alias=AliasChoices("from", "chosen_on"), serialization_alias="from")
    decision: Share
    maps: dict[str, Share]
    calibration: Calibration | None = None
