"""From the numbers of an audit to what may be said. Nothing is found unless an interval, or a corrected test, says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from sightline.audit.seen import seen
from sightline.metrics.family import holm

ALPHA = 0.05
LEAST_ODDS = 1.25  # factor on the odds of a class, or one through it: less does not matter, however sure it is
LEAST_TURNED = 0.02  # share of the decisions that an artefact turns beyond its control
LEAST_PROBABILITY = 0.02  # mean change of a class's probability beyond the control
LEAST_FLIPS = 0.05  # share of the decisions that a background turns beyond its control
LEAST_OUTSIDE = 0.25  # share of the classes' separation that is left without the region; place and size of the cover tell something, too
SAME_MAP = 0.5  # rank correlation above which a map has stayed the same

Flag = Literal["aligned but relying", "relying", "thrown off", "no sign of relying", "not tested"]


def artefacts(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What images with an artefact, pasting it and taking it out did to the odds of a class: findings first, by size.

    An effect is found where three things come together: the test of the odds, after Holm's correction over all tests of all artefacts,
    gives p < 0.05; the odds change by a factor of at least 1.25; and that reaches decisions or probabilities, see `matters`. Of several
    classes the one that moves most is named.

    Args:
        facts: the audit's `tags`, `pasted`, `removed` and `in_training`.

    Returns:
        One entry per artefact and kind of test: `artefact`, `how` (`tag`, `pasted`, `removed`), `class`, `value`, `low`, `high` (change of
        the log-odds), `probability` (the same as a difference of probabilities), `n`, `p`, `p_holm`, `too_few` (no test of so few images
        could have found anything), `found`, `seen` (whether it was in the training images, see `seen`), `verdict`: `relying`, if it was
        and was put in or taken out; `thrown off`, if it was not or nobody knows; `differs`, of a tag; empty where nothing is found; pasted
        and removed ones also `flips`, `control_flips` and `excess_flips`.
    """
    rows = []
    for name, tag in (facts.get("tags") or {}).items():
        rows += [_row(name, "tag", tag, c) | {"n": tag["with"]} for c in tag["change"]]
    for how in ("pasted", "removed"):
        for name, one in (facts.get(how) or {}).items():
            beside = {key: one[key] for key in ("flips", "control_flips", "excess_flips")}
            rows += [_row(name, how, one, c) | beside for c in one["change"]]
    corrected = holm({i: row["p"] for i, row in enumerate(rows)})
    for i, row in enumerate(rows):
        p = row["p_holm"] = corrected[i]
        row["too_few"] = row.get("p_least", 0) * len(rows) >= ALPHA
        row["found"] = p is not None and p < ALPHA and abs(row["value"]) >= np.log(LEAST_ODDS) and matters(row)
        row["seen"] = seen(row["artefact"], facts.get("in_training"))
        row["verdict"] = _verdict(row)
    strongest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (_ORDER.index(row["verdict"]), -abs(row["value"]))):
        strongest.setdefault((row["artefact"], row["how"]), row)
    return list(strongest.values())


_ORDER = ("relying", "thrown off", "differs", "")


def _row(artefact: str, how: str, one: Mapping[str, Any], label: str) -> dict[str, Any]:
    return {"artefact": artefact, "how": how, "class": label} | one["change"][label] | {"probability": one["probability"][label]}


def _verdict(row: Mapping[str, Any]) -> str:
    if not row["found"]:
        return ""
    return "differs" if row["how"] == "tag" else "relying" if row["seen"] == "yes" else "thrown off"


def matters(row: Mapping[str, Any]) -> bool:
    """Whether a change of the odds reaches the decisions, or the probabilities: large odds of a tiny probability reach neither.

    Either surely more decisions turn than under the control (its interval lies above 0), and at least 2 % more; or the probability surely
    moves beyond that of the control (its interval lies on one side of 0), by at least 0.02.
    """
    turned, moved = row.get("excess_flips"), row["probability"]
    return (turned is not None and _above(turned, 0) and turned["value"] >= LEAST_TURNED) or (
        moved["low"] is not None and (moved["low"] > 0 or moved["high"] < 0) and abs(moved["value"]) >= LEAST_PROBABILITY
    )


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
        `kind`, `score`, and of an artefact `artefact`, `how`, `class`, `seen` and `verdict`.
    """
    given: list[dict[str, Any]] = [
        {"kind": "artefact", "score": dict(one)} | {key: one[key] for key in ("artefact", "how", "class", "seen", "verdict")}
        for one in found
        if one["verdict"] in ("relying", "thrown off")
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

    `aligned but relying` is what a map alone would have hidden; `thrown off`: moved only by artefacts that are not known to have been in
    its training images.
    """
    if not tested:
        return "not tested"
    if not given:
        return "no sign of relying"
    if all(one.get("verdict") == "thrown off" for one in given):
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
