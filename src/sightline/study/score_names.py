"""What a plan may be scored by, by name; and what has to be measured for it beyond the answers to the images as they are."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.data.counterfactual import ARTEFACTS
from sightline.errors import nearest
from sightline.tag_groups import bin_of

GROUP = "in-"  # of a measure: does each image belong to a group?
PASTED, REMOVED, ENERGY, SWAPPED = "pasted_flips", "removed_flips", "artefact_energy", "swapped"
NAMES = (
    *("accuracy", "balanced_accuracy", "precision", "specificity", "f1", "auc", "average_precision"),
    *("epg", "swap_auc", "background_gap", "worst_group", "accuracy_gap", "brier", "ece"),
    *(ENERGY, PASTED, REMOVED),
)


def _parts(name: str) -> tuple[str, str]:
    """Score, and what stands in brackets."""
    score, _, brackets = name.rstrip("]").partition("[")
    return score, brackets


def split_of(score: str) -> tuple[str, str]:
    """The name of a score, and the one split that it is taken on; an empty one: on all.

    >>> split_of("auc[!ruler]@flipped"), split_of("auc")
    (('auc[!ruler]', 'flipped'), ('auc', ''))
    """
    end = score.rfind("]") + 1  # a value in brackets may hold the sign
    name, _, where = score[end:].partition("@")
    return score[:end] + name, where


def check_score(name: str) -> None:
    """Refuses what cannot be computed.

    Raises:
        ValueError: an unknown score, an artefact that nobody can draw, or a group that cannot be read.
    """
    score, brackets = _parts(name)
    if score not in NAMES:
        raise ValueError(f"no score {name!r}. {nearest(score, NAMES)}")
    if score == PASTED and brackets not in ARTEFACTS:
        raise ValueError(f"score {name!r}: say what is pasted, e.g. {PASTED}[{ARTEFACTS[0]}]. {nearest(brackets, ARTEFACTS)}")
    tag, equals, value = tag_of(name).partition("=")
    if equals and not (tag and value):
        raise ValueError(f"score {name!r}: say which images, e.g. {score}[sex=female] or {score}[age=40-60]")
    bin_of(value)


def tag_of(name: str) -> str:
    """The tag whose images a score is of; with its value, or bin of values, where it has more of them than yes and no.

    >>> tag_of("accuracy[!ruler]"), tag_of("auc[age=40-60]"), tag_of("auc"), tag_of("pasted_flips[ruler]")
    ('ruler', 'age=40-60', '', '')
    """
    score, brackets = _parts(name)
    return "" if score == PASTED else brackets.removeprefix("!")


def measure_of(name: str) -> str | None:
    """What has to be measured on every image for a score, of whichever images it is; None: nothing that the answers do not hold.

    >>> measure_of("pasted_flips[ruler]"), measure_of("removed_flips[ruler]"), measure_of("swap_auc"), measure_of("auc[ruler]")
    ('pasted_flips-ruler', 'removed_flips', 'swapped', None)
    """
    score, brackets = _parts(name)
    if score == PASTED:
        return f"{PASTED}-{brackets}"
    if score in ("swap_auc", "background_gap"):
        return SWAPPED
    return score if score in (REMOVED, ENERGY) else None


def group_of(name: str) -> str | None:
    """What has to be known of every image: whether it belongs to the group that a score is of. None: the answers hold it.

    >>> group_of("auc[!sex=female]"), group_of("auc[ruler]")
    ('in-sex=female', None)
    """
    tag = tag_of(name)
    return f"{GROUP}{tag}" if "=" in tag else None


def measures(scores: Iterable[str]) -> tuple[str, ...]:
    """Of all scores, each once."""
    wanted = (measure for score in scores for measure in (measure_of(score), group_of(score)))
    return tuple(dict.fromkeys(measure for measure in wanted if measure))
