"""What a plan may be scored by, by name; and what has to be measured for it beyond the answers to the images as they are."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.data.counterfactual import ARTEFACTS
from sightline.errors import nearest

PASTED, REMOVED, ENERGY, SWAPPED = "pasted_flips", "removed_flips", "artefact_energy", "swapped"
NAMES = (
    *("accuracy", "balanced_accuracy", "auc", "epg", "swap_auc", "background_gap", "worst_group", "accuracy_gap", "brier", "ece"),
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
    name, _, where = score.partition("@")
    return name, where


def check_score(name: str) -> None:
    """Refuses what cannot be computed.

    Raises:
        ValueError: an unknown score, or an artefact that nobody can draw.
    """
    score, brackets = _parts(name)
    if score not in NAMES:
        raise ValueError(f"no score {name!r}. {nearest(score, NAMES)}")
    if score == PASTED and brackets not in ARTEFACTS:
        raise ValueError(f"score {name!r}: say what is pasted, e.g. {PASTED}[{ARTEFACTS[0]}]. {nearest(brackets, ARTEFACTS)}")


def tag_of(name: str) -> str:
    """The tag whose images a score is of.

    >>> tag_of("accuracy[!ruler]"), tag_of("auc"), tag_of("pasted_flips[ruler]")
    ('ruler', '', '')
    """
    score, brackets = _parts(name)
    return "" if score == PASTED else brackets.removeprefix("!")


def measure_of(name: str) -> str | None:
    """What has to be measured on every image for a score; None: nothing that the answers do not hold.

    >>> measure_of("pasted_flips[ruler]"), measure_of("removed_flips[ruler]"), measure_of("swap_auc"), measure_of("auc[ruler]")
    ('pasted_flips-ruler', 'removed_flips', 'swapped', None)
    """
    score, brackets = _parts(name)
    if score == PASTED:
        return f"{PASTED}-{brackets}"
    if score in ("swap_auc", "background_gap"):
        return SWAPPED
    return score if score in (REMOVED, ENERGY) else None


def measures(scores: Iterable[str]) -> tuple[str, ...]:
    """Of all scores, each once."""
    return tuple(dict.fromkeys(measure for score in scores if (measure := measure_of(score))))
