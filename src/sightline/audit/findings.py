"""From the numbers of an audit to its findings. Nothing is reported as found unless an interval, or a corrected test, says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sightline.audit.seen import seen
from sightline.metrics.comparisons.family import holm
from sightline.results import Score
from sightline.results.audit import Counted, Effect, Finding, Flag, How, Randomisation, Reason, Reliance, Tag, Training, Verdict
from sightline.results.scores import Level

ALPHA = 0.05
LEAST_ODDS = 1.25  # factor on the odds of a class, or one through it: less does not matter, however sure it is
LEAST_TURNED = 0.02  # share of the decisions that an artefact turns beyond its control
LEAST_PROBABILITY = 0.02  # mean change of a class's probability beyond the control
LEAST_FLIPS = 0.05  # share of the decisions that a background turns beyond its control
LEAST_OUTSIDE = 0.25  # share of the classes' separation that is left without the region; place and size of the cover tell something, too
SAME_MAP = 0.5  # rank correlation above which a map has stayed the same


def artefacts(
    tags: Mapping[str, Tag], pasted: Mapping[str, Effect], removed: Mapping[str, Effect], known: Mapping[str, Training] | None
) -> list[Finding]:
    """What images with an artefact, pasting it and taking it out did to the odds of a class: findings first, by size.

    An effect is found where three things come together: the test of the odds, after Holm's correction over all tests of all artefacts,
    gives p < 0.05; the odds change by a factor of at least 1.25; and that reaches decisions or probabilities, see `matters`. Of several
    classes the one that moves most is named.

    Args:
        tags, pasted, removed: what was measured, by artefact.
        known: what is in the training images, see `seen`.

    Returns:
        One entry per artefact and kind of test. Its verdict is `relying` if an effect is found, of an artefact that was pasted or removed
        and is in training images; `thrown off` if it is in none, or nobody knows; `differs` for a tag; empty if no effect is found.
    """
    measured = [
        Finding(artefact=name, how="tag", label=label, **change.fields(), probability=tag.probability[label])
        for name, tag in tags.items()
        for label, change in tag.change.items()
    ]
    effects: tuple[tuple[How, Mapping[str, Effect]], ...] = (("pasted", pasted), ("removed", removed))
    measured += [
        Finding(
            artefact=name,
            how=how,
            label=label,
            **change.fields(),
            probability=effect.probability[label],
            flips=effect.flips,
            control_flips=effect.control_flips,
            excess_flips=effect.excess_flips,
        )
        for how, several in effects
        for name, effect in several.items()
        for label, change in effect.change.items()
    ]
    corrected = holm({i: one.p for i, one in enumerate(measured)})
    judged = [_judged(one, corrected[i], len(measured), known) for i, one in enumerate(measured)]
    strongest: dict[tuple[str, str], Finding] = {}
    for one in sorted(judged, key=lambda one: (_ORDER.index(one.verdict), -abs(one.value or 0))):
        strongest.setdefault((one.artefact, one.how), one)
    return list(strongest.values())


_ORDER = ("relying", "thrown off", "differs", "")


def _judged(one: Finding, p: float | None, tests: int, known: Mapping[str, Training] | None) -> Finding:
    """With what may be said of it among so many tests."""
    found = p is not None and p < ALPHA and abs(one.value or 0) >= np.log(LEAST_ODDS) and matters(one)
    there = seen(one.artefact, known)
    verdict: Verdict = "" if not found else "differs" if one.how == "tag" else "relying" if there == "yes" else "thrown off"
    return one.but(p_holm=p, too_few=one.p_least * tests >= ALPHA, found=bool(found), seen=there, verdict=verdict)


def matters(one: Finding) -> bool:
    """Whether a change of the odds reaches the decisions, or the probabilities: large odds of a tiny probability reach neither.

    Either surely more decisions turn than under the control (its interval lies above 0), and at least 2 % more; or the probability surely
    moves beyond that of the control (its interval lies on one side of 0), by at least 0.02.
    """
    turned, moved = one.excess_flips, one.probability
    if turned is not None and _above(turned, 0) and (turned.value or 0) >= LEAST_TURNED:
        return True
    return moved.interval is not None and not moved.interval[0] <= 0 <= moved.interval[1] and abs(moved.value or 0) >= LEAST_PROBABILITY


def aligned(epg: Level | None) -> bool | None:
    """Whether the whole interval of EPG lies above what a uniform map, a centred blob and other images' regions reach; None: unmeasured."""
    if epg is None or epg.low is None:
        return None
    return epg.low > max(epg.levels.values())


def reasons(reliance: Reliance | None, found: Sequence[Finding]) -> list[Reason]:
    """What shows that the decision depends on what lies outside the region.

    `artefact`: one that was put in or taken out moves the odds of a class, see `artefacts`. `background`: the background of another class
    turns at least 5 % more decisions than one of the same class (lower bound). `outside`: with the region's bounding box covered, by either
    cover, at least a quarter of what separates the classes is left (lower bound).
    """
    given = [
        Reason(kind="artefact", score=Counted(value=one.value, low=one.low, high=one.high, n=one.n), finding=one)
        for one in found
        if one.verdict in ("relying", "thrown off")
    ]
    if reliance:
        flips, outside = reliance.differences["background_flips"], weakest_outside(reliance)
        if _above(flips, LEAST_FLIPS):
            given.append(Reason(kind="background", score=Counted(**flips.but(n=reliance.n).fields())))
        if _above(outside, LEAST_OUTSIDE):
            given.append(Reason(kind="outside", score=Counted(**outside.but(n=reliance.n).fields())))
    return given


def weakest_outside(reliance: Reliance) -> Score:
    """What is left of the separation outside the region's box, under the cover that leaves less: a cover may itself be telling."""
    both = [reliance.differences[f"left_outside_{how}"] for how in ("mean", "blur")]
    return min(both, key=lambda found: -1.0 if found.value is None else found.value)


def flag(epg: Level | None, given: Sequence[Reason], tested: bool) -> Flag:
    """The verdict in a word.

    `aligned but relying` is what a map alone would have hidden; `thrown off`: moved only by artefacts that are not known to have been in
    its training images.
    """
    if not tested:
        return "not tested"
    if not given:
        return "no sign of relying"
    if all(one.finding is not None and one.finding.verdict == "thrown off" for one in given):
        return "thrown off"
    return "aligned but relying" if aligned(epg) else "relying"


def map_explains(randomised: Randomisation | None) -> bool | None:
    """Whether the map changes once all weights are scrambled; None: not tested, or undecided."""
    if not randomised:
        return None
    end = randomised.steps[-1].rank_correlation.interval
    if end is None:
        return None
    if end[0] > SAME_MAP:
        return False
    return True if end[1] < SAME_MAP else None


def _above(score: Score, limit: float) -> bool:
    return score.low is not None and score.low > limit
