"""What a run finds, in cases: how many of how many, and what a positive answer means for a patient."""

from __future__ import annotations

from sightline.engine.calibration import at_prevalence
from sightline.plural import count
from sightline.report.words import bounds, percent
from sightline.results import Score, SplitScores
from sightline.results.scores import Localisation


def what_it_finds(scores: SplitScores, where: str, confidence: float = 0.95) -> str:
    """Sensitivity and specificity of two classes at the threshold that the run keeps, in images; empty where there is none."""
    if (both := _decided(scores)) is None:
        return ""
    found, clear = both
    (negative, positive), of = scores.classes, scores.classification.per_class
    with_it, without = of[positive].n, of[negative].n
    return (
        f"On the {where} images, at the threshold kept from the validation images, it finds {round(found.number * with_it):,} of "
        f"{count(with_it, 'image')} of {positive}, a sensitivity of {percent(found.value)} {bounds(found, confidence)}, and rightly calls "
        f"{round(clear.number * without):,} of {count(without, 'image')} {negative}, a specificity of {percent(clear.value)} "
        f"{bounds(clear)}."
    )


def with_the_artefact_swapped(scores: SplitScores) -> str:
    """The same where the artefact lies beside the other class, since the scores above hold only while it lies as in training."""
    if (both := _decided(scores)) is None:
        return ""
    found, clear = both
    return (
        "This holds while the artefact lies beside the same class as in training; beside the other class, the sensitivity is "
        f"{percent(found.value)} {bounds(found)} and the specificity {percent(clear.value)} {bounds(clear)}."
    )


def _decided(scores: SplitScores) -> tuple[Score, Score] | None:
    """Sensitivity and specificity at the kept threshold; None where there is none."""
    kept = scores.classification.at_threshold
    if kept is None or kept.sensitivity.value is None or kept.specificity.value is None:
        return None
    return kept.sensitivity, kept.specificity


def what_an_answer_means(scores: SplitScores, prevalence: float | None, confidence: float = 0.95) -> str:
    """PPV and NPV at a prevalence; empty without a kept threshold.

    Args:
        prevalence: share of the patients that have the last of two classes; None: its share of these images.
    """
    if scores.classification.at_threshold is None:
        return ""
    positive = scores.classes[-1]
    share = scores.classification.per_class[positive].n / scores.n if scores.n else 0.0
    at = share if prevalence is None else prevalence
    if not 0 < at < 1:
        return ""
    found = at_prevalence(scores, at, confidence).predictive
    if found is None or found.ppv.value is None or found.npv.value is None:
        return ""
    with_it = at * 1000
    hits, alarms = with_it * found.sensitivity.number, (1000 - with_it) * (1 - found.specificity.number)
    whom = f"{percent(at)} of the patients have {positive}" + ("" if prevalence is not None else ", as in these images")
    note = "" if prevalence is not None else " Among your own patients it may be rarer: `sightline report` takes a `prevalence`."
    return (
        f"Where {whom}, {percent(found.ppv.value)} {bounds(found.ppv, confidence)} of those that it calls {positive} have it (the positive "
        f"predictive value), and {percent(found.npv.value)} {bounds(found.npv)} of the others do not (the negative predictive value): of "
        f"1,000 patients, {with_it:.0f} have it, {hits:.0f} of whom it finds and {with_it - hits:.0f} it misses; it raises {alarms:.0f} "
        f"false alarms.{note}"
    )


def where_the_peak_lies(found: Localisation | None) -> str:
    """How often the highest point of the map lies in the region, in images, beside a point in the middle of each image."""
    if found is None or found.pointing is None or found.pointing.value is None:
        return ""
    hits, level = round(found.pointing.number * found.n), found.pointing.centre
    sure = bounds(found.pointing)
    text = f"The highest point of its map lies inside the marked region in {hits:,} of {count(found.n, 'image')} {sure}"
    return f"{text}; a point in the middle of every image would in {round(level * found.n):,}." if level is not None else f"{text}."
