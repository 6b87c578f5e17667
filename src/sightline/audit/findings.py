"""From the numbers of an audit to what may be said. Nothing is found unless an interval, or a corrected test, says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from sightline.metrics.family import holm

ALPHA = 0.05
LEAST_ODDS = 1.25  # factor on the odds of a class, or one through it: less does not matter, however sure it is
LEAST_FLIPS = 0.05  # share of the decisions that a background turns beyond its control
LEAST_OUTSIDE = 0.25  # share of the classes' separation that is left without the region; place and size of the cover tell something, too
_ALSO = {"ink": "skin_marker", "skin_marker": "ink"}  # two names for one thing
SAME_MAP = 0.5  # rank correlation above which a map has stayed the same

Flag = Literal["aligned but relying", "relying", "thrown off", "no sign of relying", "not tested"]


def artefacts(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What images with an artefact, pasting it and taking it out did to the odds of a class: findings first, by size.

    Holm's correction runs over all tests of all artefacts. Of several classes the one that moves most is named.

    Args:
        facts: the audit's `tags`, `pasted`, `removed` and `in_training`.

    Returns:
        One entry per artefact and kind of test: `artefact`, `how` (`tag`, `pasted`, `removed`), `class`, `value`, `low`, `high` (change of
        the log-odds), `probability` (the same as a difference of probabilities), `n`, `p`, `p_holm`, `found` (p_holm < 0.05, and odds
        changed by a factor of at least 1.25), `familiar` (see there); pasted and removed ones also `flips` and `control_flips`.
    """
    rows = []
    for name, tag in (facts.get("tags") or {}).items():
        rows += [_row(name, "tag", tag, c) | {"n": tag["with"]} for c in tag["change"]]
    for how in ("pasted", "removed"):
        for name, one in (facts.get(how) or {}).items():
            beside = {"flips": one["flips"], "control_flips": one["control_flips"]}
            rows += [_row(name, how, one, c) | beside for c in one["change"]]
    corrected = holm({i: row["p"] for i, row in enumerate(rows)})
    for i, row in enumerate(rows):
        p = row["p_holm"] = corrected[i]
        row["found"] = p is not None and p < ALPHA and abs(row["value"]) >= np.log(LEAST_ODDS)
        row["familiar"] = row["how"] != "pasted" or familiar(row["artefact"], facts.get("in_training"))
    strongest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (not row["found"], -abs(row["value"]))):
        strongest.setdefault((row["artefact"], row["how"]), row)
    return list(strongest.values())


def _row(artefact: str, how: str, one: Mapping[str, Any], label: str) -> dict[str, Any]:
    return {"artefact": artefact, "how": how, "class": label} | one["change"][label] | {"probability": one["probability"][label]}


def familiar(artefact: str, in_training: Mapping[str, int] | None) -> bool:
    """Whether the model may have learned from the artefact: it was in training images, or nobody said what was.

    To be moved by a thing never seen is brittle; to be moved by one that was there in training is to rely on it.
    """
    return not in_training or any(in_training.get(name, 0) > 0 for name in (artefact, _ALSO.get(artefact, "")))


def aligned(epg: Mapping[str, Any] | None) -> bool | None:
    """Whether the whole interval of EPG lies above what a uniform map, a centred blob and other images' regions reach; None: unmeasured."""
    if not epg or epg.get("low") is None:
        return None
    return bool(epg["low"] > max(epg[level] for level in ("uniform", "centre", "shuffled") if epg.get(level) is not None))


def reasons(facts: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What shows that the decision depends on what lies outside the region.

    `artefact`: one that was put in or taken out moves the odds of a class, see `artefacts`. `background`: the background of another class
    turns at least 5 % more decisions than one of the same class (lower bound). `outside`: with the region's bounding box covered, by either
    cover, at least a quarter of what separates the classes is left (lower bound).

    Returns:
        `kind`, `score`, and of an artefact `artefact`, `how`, `class` and `familiar`.
    """
    given: list[dict[str, Any]] = [
        {"kind": "artefact", "score": dict(one)} | {key: one[key] for key in ("artefact", "how", "class", "familiar")}
        for one in found
        if one["found"] and one["how"] != "tag"
    ]
    if reliance := facts.get("reliance"):
        flips = reliance["differences"]["background_flips"]
        if _above(flips, LEAST_FLIPS):
            given.append({"kind": "background", "score": flips | {"n": reliance["n"]}})
        outside = weakest_outside(reliance)
        if _above(outside, LEAST_OUTSIDE):
            given.append({"kind": "outside", "score": outside | {"n": reliance["n"]}})
    return given


def weakest_outside(reliance: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of the separation outside the region's box, under the cover that leaves less: a cover may itself be telling."""
    both = [reliance["differences"][f"left_outside_{how}"] for how in ("mean", "blur")]
    return dict(min(both, key=lambda found: -1.0 if found["value"] is None else found["value"]))


def flag(epg: Mapping[str, Any] | None, given: Sequence[Mapping[str, Any]], tested: bool) -> Flag:
    """The verdict in a word.

    `aligned but relying` is what a map alone would have hidden; `thrown off`: moved only by artefacts it cannot have learned from.
    """
    if not tested:
        return "not tested"
    if not given:
        return "no sign of relying"
    if not any(one.get("familiar", True) for one in given):
        return "thrown off"
    return "aligned but relying" if aligned(epg) else "relying"


def map_explains(randomised: Mapping[str, Any] | None) -> bool | None:
    """Whether the map changes once all weights are scrambled; None: not tested, or undecided."""
    if not randomised:
        return None
    end = randomised["steps"][-1]["rank_correlation"]
    if end["low"] is None:
        return None
    if end["low"] > SAME_MAP:
        return False
    return True if end["high"] < SAME_MAP else None


def _above(score: Mapping[str, Any], limit: float) -> bool:
    return score["low"] is not None and score["low"] > limit
