"""Scores of groups of images, such as those of women, and how each group differs from all other images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sightline.data.divide import Division
from sightline.metrics.comparisons.arms import exchanges
from sightline.metrics.comparisons.compare import verdict
from sightline.metrics.comparisons.family import holm
from sightline.metrics.comparisons.group_words import sentences
from sightline.metrics.comparisons.membership import membership_test
from sightline.metrics.confidence.bootstrap import Array, clusters, intervals
from sightline.metrics.scores.answered import NEEDS, Answered
from sightline.results.base import Score
from sightline.results.groups import HiddenGroup, TagGroup, TagGroups, ToRest

OWN, REST = "own", "rest"
Key = tuple[str, str, str, str]  # tag, group, score; of the group itself, or minus the rest
Test = tuple[object, float | None]  # what is tested, which stands for a comparison and its mirror image; p
WHOLE = "all"


@dataclass(frozen=True)
class Least:
    """From how many images on scores are given: of a group, and of a class in it."""

    images: int = 20
    of_class: int = 5


@dataclass(frozen=True)
class Part:
    """The images of a group, and why some scores are not given: of the group, and of its difference to the rest."""

    tag: str
    name: str
    there: Array  # (N,) bool
    left_out: Mapping[str, str]
    not_compared: Mapping[str, str]


def by_groups(
    answered: Answered,
    divisions: Sequence[Division],
    *,
    least: Least = Least(),
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[str, TagGroups]:
    """Scores of the groups of one or more tags, with intervals, and the difference of each group to all other images.

    Args:
        answered: to N images.
        divisions: of the same images, one for each tag.
        least: groups with fewer images are hidden, and scores that fewer images of a class would decide are left out.
        bootstrap, confidence: of the intervals, for which whole patients are drawn.

    Returns:
        tag -> its groups. The p values of all differences are corrected together (Holm). Where a tag has two groups, the difference of one
        to the rest is that of the other with its sign turned, so that both count as one.
    """
    parts = [part for division in divisions for part in _parts(answered, division, least)]
    shown = [part for part in parts if part.there.sum() >= least.images]
    found = _intervals(answered, shown, bootstrap=bootstrap, confidence=confidence, seed=seed)
    tests = _tests(answered, shown, [key for key in found if key[3] == REST], seed)
    family = {content: p for content, p in tests.values() if p is not None}
    corrected = holm(family)
    alpha = 1 - confidence

    def group(part: Part) -> TagGroup:
        own = {score: value for (tag, name, score, kind), value in found.items() if (tag, name, kind) == (part.tag, part.name, OWN)}
        rest = {key[2]: _judged(found[key], tests[key], corrected, alpha) for key in tests if key[:2] == (part.tag, part.name)}
        return _group(answered, part, own, rest)

    everything = Part("", WHOLE, np.ones(len(answered.labels), dtype=bool), {}, {})
    whole = group(everything)
    tables = {}
    for division in divisions:
        own = [part for part in parts if part.tag == division.by.tag]
        groups = tuple(group(part) for part in own if part in shown)
        hidden = tuple(HiddenGroup(name=p.name, n=int(p.there.sum()), patients=_patients(answered, p.there)) for p in own if p not in shown)
        table = TagGroups(
            tag=division.by.tag,
            edges=division.by.edges,
            groups=groups,
            hidden=hidden,
            whole=whole,
            worst=_worst(groups),
            comparisons=len(family),
        )
        tables[table.tag] = table.but(sentences=tuple(sentences(table, division.by, least.images)))
    return tables


def _parts(answered: Answered, division: Division, least: Least) -> Iterator[Part]:
    for i, name in enumerate(division.names):
        there = division.member == i
        left_out = _too_few(answered, there, least)
        rest = {} if (~there).sum() >= least.images else dict.fromkeys(answered.scores(np.ones((1, len(there)))), "")
        yield Part(division.by.tag, name, there, left_out, left_out | rest | _too_few(answered, ~there, least))


def _too_few(answered: Answered, there: Array, least: Least) -> dict[str, str]:
    """Score -> why it is not given for these images. A class without a single image in the split asks for nothing."""
    total, counts = answered.counts(np.ones(len(there), dtype=bool)), answered.counts(there)
    rare = [name for name, count in counts.items() if count < least.of_class and total[name]]
    found = {}
    for score, place in NEEDS.items():
        of = [name for name in rare if place is None or (len(counts) == 2 and name == answered.classes[place])]
        if of:
            found[score] = f"fewer than {least.of_class} images of {' and of '.join(of)}"
    if answered.epg is not None and np.isfinite(answered.epg[there]).sum() < least.images:
        found["epg"] = f"fewer than {least.images} images with a known region"
    return found


def _intervals(answered: Answered, shown: Sequence[Part], **sampling: Any) -> dict[Key, Score]:
    """Scores of all images, of each group, and of each group minus the rest: all from the same draws of patients."""

    def statistic(weights: Array) -> dict[Key, Array]:
        found: dict[Key, Array] = {("", WHOLE, score, OWN): value for score, value in answered.scores(weights).items()}
        for part in shown:
            inside, outside = answered.scores(weights * part.there), answered.scores(weights * ~part.there)
            for score, value in inside.items():
                if score not in part.left_out:
                    found[part.tag, part.name, score, OWN] = value
                if score not in part.not_compared:
                    found[part.tag, part.name, score, REST] = value - outside[score]
        return found

    shares = {("", WHOLE, score, OWN): of for score, of in answered.shares.items()}
    for part in shown:
        shares |= {(part.tag, part.name, score, OWN): [one & part.there for one in of] for score, of in answered.shares.items()}
    names = answered.scores(np.ones((1, len(answered.labels))))
    counts = {(p.tag, p.name, score, OWN): int(p.there.sum()) for p in shown for score in names}
    if answered.epg is not None:
        known = np.isfinite(answered.epg)
        counts |= {("", WHOLE, "epg", OWN): int(known.sum())} | {(p.tag, p.name, "epg", OWN): int((p.there & known).sum()) for p in shown}
    return intervals(statistic, len(answered.labels), groups=answered.patients, **sampling, shares=shares, counts=counts)


def _tests(answered: Answered, shown: Sequence[Part], keys: Sequence[Key], seed: int) -> dict[Key, Test]:
    """Each difference with its p."""
    wanted, draws = set(keys), exchanges(len(keys))
    found: dict[Key, Test] = {}
    for part in shown:
        settings: dict[str, Any] = {"groups": answered.patients, "draws": draws, "seed": seed}
        tests = membership_test(answered.means, part.there, **settings)
        tests |= membership_test(answered.by_class, part.there, within=answered.labels, **settings)
        for score, test in tests.items():
            if (key := (part.tag, part.name, score, REST)) in wanted:
                mirror = frozenset({part.there.tobytes(), (~part.there).tobytes()})
                found[key] = (part.tag, score, mirror), test.p
    return found


def _judged(difference: Score, test: Test, corrected: Mapping[object, float | None], alpha: float) -> ToRest:
    content, p = test
    p_holm = corrected.get(content)
    holds = p_holm is not None and p_holm <= alpha
    said = verdict(difference) if holds else "not distinguishable"
    return ToRest.model_validate(difference.fields() | {"p": p, "p_holm": p_holm, "verdict": said})


def _group(answered: Answered, part: Part, scores: dict[str, Score], to_rest: dict[str, ToRest]) -> TagGroup:
    return TagGroup(
        name=part.name,
        n=int(part.there.sum()),
        patients=_patients(answered, part.there),
        of_class=answered.counts(part.there),
        scores=scores,
        to_rest=to_rest,
        left_out=dict(part.left_out),
    )


def _patients(answered: Answered, there: Array) -> int:
    return len(np.unique(clusters(len(there), answered.patients)[there]))


def _worst(groups: Sequence[TagGroup]) -> str | None:
    """The group with the lowest accuracy."""
    return min(groups, key=lambda group: group.scores["accuracy"].number).name if groups else None
