"""What the validation images of a run decide about its probabilities, and what its decisions mean at a prevalence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.config import Evaluate
from sightline.errors import UserError
from sightline.metrics.confidence.predictive import predictive_values
from sightline.metrics.scores.conformal import Sets, check_enough, conformal_sets
from sightline.results.scores import SplitScores

if TYPE_CHECKING:
    from sightline.engine.run import Run


def check_calibration(settings: Evaluate, classes: int, validation: int, coverage: float | None = None) -> Evaluate:
    """Refuses what cannot be computed, before anything is.

    Args:
        classes: number of classes.
        validation: number of validation images.
        coverage: asked for in place of that of the settings.

    Returns:
        The settings with the coverage that holds.

    Raises:
        UserError: Platt scaling of more than two classes, or too few validation images for the coverage.
    """
    if settings.calibration == "platt" and classes != 2:
        remedy = "Choose `evaluate.calibration=temperature`, which suits any number of classes."
        raise UserError("`evaluate.calibration=platt`", f"is for two classes, and there are {classes}", remedy)
    asked = settings.coverage if coverage is None else coverage
    if asked is not None:
        where = f"`evaluate.coverage={asked}`" if coverage is None else f"`coverage={asked}`"
        check_enough(validation, check_share("coverage", asked), where)
    return settings.model_copy(update={"coverage": asked})


def settings_of(run: Run, coverage: float | None = None) -> Evaluate:
    """The settings by which a run is scored, checked; see `check_calibration`."""
    validation = sum(row["split"] == "val" for row in run.split_table)
    return check_calibration(run.recipe.evaluate, len(run.classes), validation, coverage)


def check_share(name: str, value: float) -> float:
    """The value of an argument that lies between 0 and 1.

    Raises:
        UserError: it does not.
    """
    if not 0 < value < 1:
        raise UserError(f"`{name}={value}`", "is not between 0 and 1", "Give a share, such as 0.05 or 0.9.")
    return value


def kept_sets(run: Run, coverage: float | None) -> Sets | None:
    """The rule of conformal sets of calibrated probabilities that the run's answers for its validation images decide.

    Returns:
        None without a coverage, and before the validation images were scored.
    """
    said = run.every_prediction().get("val") if coverage is not None else None
    if said is None or coverage is None:
        return None
    calibrated = run.calibration(said.probabilities) if run.calibration else said.probabilities
    return conformal_sets(calibrated, said.labels, coverage)


def check_prevalence(prevalence: float | None, classes: int) -> None:
    """Refuses what cannot be computed, before anything is.

    Raises:
        UserError: no share, or more than two classes.
    """
    if prevalence is None:
        return
    check_share("prevalence", prevalence)
    if classes != 2:
        raise UserError(f"`prevalence={prevalence}`", f"is for two classes, and there are {classes}", "Leave it out.")


def at_prevalence(scores: SplitScores, prevalence: float | None, confidence: float) -> SplitScores:
    """The scores with PPV and NPV of the decisions where this share of the patients has the last class, see `predictive_values`.

    They follow from sensitivity and specificity at the threshold that the run keeps; for the validation images, which chose it, and where
    none is kept, from those of the most probable class, which is a threshold of a half.

    Args:
        scores: of one split with two classes.
        prevalence: None: the scores as they are.
        confidence: of their intervals.
    """
    found = scores.classification
    if prevalence is None or found.positive is None:
        return scores
    decided, threshold = (found.at_threshold, found.at_threshold.threshold) if found.at_threshold else (found.positive, 0.5)
    negative, positive = scores.classes
    images = found.per_class[positive].n, found.per_class[negative].n
    values = predictive_values(
        decided.sensitivity,
        decided.specificity,
        prevalence,
        images=images,
        label=positive,
        threshold=threshold,
        confidence=confidence,
    )
    return scores.but(predictive=values)
