"""Which images a run fails on, and how: each image once, under the first kind of failure that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sightline.engine.run import Run
from sightline.explain.choose import evenly_spaced
from sightline.explain.run_pictures import map_names
from sightline.metrics.scores.groups import ARTEFACTS
from sightline.metrics.scores.localisation import blank, energy_inside, pointing, upsample

Kind = Literal["artefact", "missing", "sure", "unsure", "place"]

SURE = 0.8  # probability of the decided class
TRIED = 200  # images that were decided rightly, whose maps are held against the region
_FEWEST, _TIMES = 5, 2.0  # training images with an artefact; how much more often it lies in one class than in the others

KINDS: dict[Kind, tuple[str, str]] = {
    "artefact": (
        "artefact-driven",
        "Wrong, and the image has an artefact that in training lay mostly in images of the class it was called.",
    ),
    "missing": ("artefact missing", "Wrong, and the image lacks the artefact that in training lay mostly in images of its own class."),
    "sure": ("wrong and confident", f"Wrong, with a probability of at least {SURE:g} for the class it was called."),
    "unsure": ("wrong and less sure", f"Wrong, with a probability below {SURE:g}."),
    "place": (
        "right for the wrong place",
        "Rightly decided, while the highest point of the map lies outside the marked region and less of its evidence inside than a map "
        "would have that is the same everywhere.",
    ),
}


@dataclass(frozen=True)
class Failure:
    """An image on which the run fails.

    Attributes:
        label, called: true class, and the class decided for.
        probability: of the class decided for, as people are shown it.
        inside: share of the map's positive evidence inside the marked region; None where it was not looked at.
        artefact: that in training goes with the class decided for, or that is missing; empty: none.
    """

    id: str
    kind: Kind
    label: str
    called: str
    probability: float
    inside: float | None = None
    artefact: str = ""


def failures(run: Run, split: str) -> list[Failure]:
    """Errors, the surest first within each kind, then images that are right for the wrong place, the least evidence inside first.

    Of the images that are rightly decided, at most `TRIED`, spread evenly, are held against their region.
    """
    said, decision = run.predictions(split), run.decision
    decided, shown = decision(said.probabilities), decision.shown(said.probabilities)
    wrong = np.flatnonzero(decided != said.labels)
    goes_with = _goes_with(run)
    tags = {record.id: record.tags for record in run.datasets[split].records} if goes_with and len(wrong) else {}
    found = []
    for i in map(int, wrong):
        called, probability = run.classes[int(decided[i])], float(shown[i, decided[i]])
        label, tagged = run.classes[int(said.labels[i])], tags.get(said.ids[i], {})
        there = next((name for name, of in goes_with.items() if of == called and _told(tagged.get(name)) and tagged[name]), "")
        lacking = next((name for name, of in goes_with.items() if of == label and _told(tagged.get(name)) and not tagged[name]), "")
        kind: Kind = "artefact" if there else "missing" if lacking else "sure" if probability >= SURE else "unsure"
        found.append(Failure(said.ids[i], kind, label, called, probability, artefact=there or lacking))
    order = list(KINDS)
    found.sort(key=lambda one: (order.index(one.kind), -one.probability, one.id))
    right = np.flatnonzero(decided == said.labels)
    chances = {said.ids[i]: (run.classes[int(decided[i])], float(shown[i, decided[i]])) for i in evenly_spaced(right, TRIED)}
    return [*found, *sorted(_elsewhere(run, split, chances), key=lambda one: (one.inside or 0.0, one.id))]


def _goes_with(run: Run) -> dict[str, str]:
    """Artefact -> the class in whose training images it lies clearly more often than in the others; empty where these cannot be read."""
    training = run.datasets["train"].records if "train" in run.datasets else ()
    labels = {row["id"]: row["label"] for row in run.split_table if row["split"] == "train"}
    told: Mapping[str, Sequence[tuple[str, bool]]] = {
        name: [(labels[record.id], bool(record.tags[name])) for record in training if _told(record.tags.get(name))] for name in ARTEFACTS
    }
    return {name: of for name, cases in told.items() if (of := _leans(cases, run.classes))}


def _told(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _leans(cases: Sequence[tuple[str, bool]], classes: Sequence[str]) -> str:
    """The class in which an artefact lies at least `_TIMES` as often as in all others together; empty if there is none."""
    if sum(there for _, there in cases) < _FEWEST:
        return ""
    shares = {}
    for name in classes:
        own, rest = [there for label, there in cases if label == name], [there for label, there in cases if label != name]
        if own and rest:
            shares[name] = (float(np.mean(own)), float(np.mean(rest)))
    most = max(shares, key=lambda name: shares[name][0], default="")
    return most if most and shares[most][0] >= _TIMES * shares[most][1] else ""


def _elsewhere(run: Run, split: str, right: Mapping[str, tuple[str, float]]) -> Iterator[Failure]:
    """Of the images that are rightly decided, those whose evidence lies elsewhere than in the region."""
    names, attention = map_names(run, split), run.attention(split)
    if not names or attention is None:
        return
    place = {id: i for i, id in enumerate(attention.ids)}
    known = [id for id in right if attention.known[place[id]]]
    for sample in run.pictures(split, known):
        if sample.roi is None or not sample.roi.any():
            continue
        roi = sample.roi[None]
        map = upsample(attention.said[names[0]][place[sample.id]][None], roi.shape[1:])
        inside = float(energy_inside(map, roi)[0])
        if blank(map)[0] or not (pointing(map, roi)[0] == 0 and inside < roi.mean()):
            continue
        called, probability = right[sample.id]
        yield Failure(sample.id, "place", called, called, probability, inside)
