"""Artefacts put in and taken out: does the decision follow?

Whatever is changed in an image may move a decision. So beside each artefact stands a control on the same image and with the same mask: a
patch of the image itself in its place, or the same filling-in at a place where nothing was. What counts is the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from sightline.attention.classifier import GuidedClassifier
from sightline.audit.ask import looks, probabilities
from sightline.audit.budget import Budget
from sightline.audit.covers import free_shift, moved
from sightline.audit.images import Images, unit
from sightline.audit.scores import Sampling, log_odds, score, sign_flip
from sightline.data import counterfactual
from sightline.data.artefacts import NATURAL, artefacts_in
from sightline.device import device_of
from sightline.engine.decision import Decision
from sightline.metrics.confidence.bootstrap import Array, chosen, clusters
from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.metrics.scores.thresholds import decided
from sightline.results.audit import Change as Changes
from sightline.results.audit import Counted, Effect

How = Literal["pasted", "removed"]
DRAWS = 5  # of an artefact for each image, as far as time allows: they differ in colour, size and place
_CHUNK = 16
_ROUND = ("band_aid", "sticker")  # of which a mask may have missed the middle
Changed = tuple[np.ndarray, np.ndarray, np.ndarray]  # the changed image, its control, and the mask (S, S) of what changed
Change = Callable[[np.ndarray, np.ndarray, np.ndarray, np.random.Generator], Changed]  # of an image, its region, its marked artefacts


@dataclass(frozen=True)
class Pair:
    """An image before and after: pixels (S, S, 3) uint8, the mask (S, S) of what changed, probabilities (C,), raw maps (h, w) or None."""

    id: str
    label: int
    what: str
    how: str
    mask: np.ndarray
    before: np.ndarray
    after: np.ndarray
    said: tuple[np.ndarray, np.ndarray]
    maps: tuple[np.ndarray | None, np.ndarray | None]

    @property
    def change(self) -> float:
        """Of the probability that changed most."""
        return float(np.abs(self.said[1] - self.said[0]).max())


def pasted(artefact: str) -> Change:
    """Puts an artefact in, beside the region; the control puts in a patch of the image itself."""

    def change(image: np.ndarray, roi: np.ndarray, marked: np.ndarray, rng: np.random.Generator) -> Changed:
        after, mask = counterfactual.paste(image, artefact, rng, roi)
        away = free_shift(mask, mask | roi, rng)
        patch = moved(image, (-away[0], -away[1]))  # what lies at the free place comes under the mask
        return after, np.where(mask[..., None], patch, image), mask

    return change


def removed(artefact: str) -> Change:
    """Fills in what is marked from its surroundings; the control fills in as much at another place."""

    def change(image: np.ndarray, roi: np.ndarray, marked: np.ndarray, rng: np.random.Generator) -> Changed:
        mask = counterfactual.whole(marked, convex=artefact in _ROUND)
        elsewhere = moved(mask, free_shift(mask, mask | roi, rng))
        return counterfactual.inpaint(image, mask), counterfactual.inpaint(image, elsewhere), mask

    return change


def clean(images: Images, artefact: str | None = None) -> np.ndarray:
    """Positions of the images in which nobody found an artefact. Hair and dark corners count only where they are the `artefact`."""
    ignored = set(NATURAL) - {artefact}
    free = [set(artefacts_in(record.tags)) <= ignored for record in images.records]
    return np.flatnonzero(np.array(free, dtype=bool) & ~images.avoid.flatten(1).any(1).numpy())


def marked(images: Images) -> dict[str, np.ndarray]:
    """Positions of the images in which artefacts are marked, by what they show: a tag, several ("ruler + ink"), or "artefact"."""
    found: dict[str, list[int]] = {}
    for i in np.flatnonzero(images.avoid.flatten(1).any(1).numpy()).tolist():
        there = [name for name in artefacts_in(images.records[i].tags) if name not in NATURAL]
        found.setdefault(" + ".join(there) or "artefact", []).append(i)
    return {name: np.array(places) for name, places in found.items()}


def effect(
    classifier: GuidedClassifier,
    images: Images,
    what: str,
    how: How,
    classes: Sequence[str],
    budget: Budget,
    share: float,
    sampling: Sampling,
    *,
    threshold: float | None = None,
    pairs: int = 3,
) -> tuple[Effect, list[Pair]]:
    """What putting an artefact in, or taking it out, does to the answers, beside its control.

    Args:
        share: of the time that is left.
        threshold: of the decisions that may flip, see `decided`.
        pairs: that are kept to be shown.

    Returns:
        The effect, with p by random signs; and the images that changed most.
    """
    change = _change(what, how)
    images = images.at(np.tile(np.arange(len(images)), DRAWS if how == "pasted" else 1))
    device, rng = device_of(classifier), np.random.default_rng((sampling["seed"], *what.encode()))
    said: dict[str, list[np.ndarray]] = {"before": [], "after": [], "control": []}
    kept: dict[str, Pair] = {}
    energy, area = [], []
    for part in budget.chunks(len(images), share, _CHUNK):
        before, after, control, mask = _changed(images, part, change, rng)
        first, maps_before = looks(classifier, _tensor(before, device), Decision(threshold))
        then, maps_after = looks(classifier, _tensor(after, device), Decision(threshold))
        for name, answer in (("before", first), ("after", then), ("control", probabilities(classifier, _tensor(control, device)))):
            said[name].append(answer)
        area.append(mask.mean(axis=(1, 2)))
        if maps_after is not None:
            energy.append(energy_inside(upsample(maps_after, (mask.shape[1], mask.shape[2])), mask))
        for i in np.argsort(-np.abs(then - first).max(axis=1))[: pairs * DRAWS].tolist():  # of each image DRAWS at most
            place, maps = part.start + i, [None if m is None else m[i] for m in (maps_before, maps_after)]
            about = (images.records[place].id, int(images.labels[place]), what, how)
            pair = Pair(*about, mask[i], before[i], after[i], (first[i], then[i]), (maps[0], maps[1]))
            kept[pair.id] = max(pair, kept.get(pair.id, pair), key=lambda one: one.change)
    answers = {name: np.concatenate(parts) for name, parts in said.items()}
    draws = len(answers["before"])
    groups, n = chosen(images.patients, np.arange(draws)), len({record.id for record in images.records[:draws]})
    result = Effect(
        n=n,
        draws=draws,
        **summary(answers, classes, groups, n, sampling, threshold),
        area=score(np.concatenate(area), groups, sampling).but(n=n),
        attention=score(np.concatenate(energy), groups, sampling).but(n=n) if energy else None,
    )
    return result, sorted(kept.values(), key=lambda pair: -pair.change)[:pairs]


def excess_flips(
    classifier: GuidedClassifier, images: Images, what: str, how: How, threshold: float | None = None, *, draws: int = 2, seed: int = 0
) -> Array:
    """Whether the decision on each image flips, less whether its control flips it: a mean over the draws. -> (N,) in [-1, 1]

    Args:
        threshold: of the decisions, see `decided`.
        draws: of what is pasted; what is marked is removed once.
        seed: of what is drawn, and of where the controls lie.
    """
    change, rng = _change(what, how), np.random.default_rng((seed, *what.encode()))
    draws, found = draws if how == "pasted" else 1, [np.empty(0)]
    device = device_of(classifier)

    def said(pictures: np.ndarray) -> Array:
        return decided(probabilities(classifier, _tensor(pictures, device)), threshold)

    for start in range(0, len(images), _CHUNK):
        changes = [_changed(images, slice(start, start + _CHUNK), change, rng) for _ in range(draws)]
        first = said(changes[0][0])  # the images as they are, whatever was drawn
        flips = [(said(after) != first).astype(np.float64) - (said(control) != first) for _, after, control, _ in changes]
        found.append(np.mean(flips, axis=0))
    return np.concatenate(found)


def summary(
    answers: dict[str, Array], classes: Sequence[str], groups: Any, n: int, sampling: Sampling, threshold: float | None = None
) -> dict[str, Any]:
    """Fields of `Effect` from the answers `before`, `after` and `control`, each (draws, C), to `n` images.

    Of two classes only the last is given.
    """

    def judged(values: Array, share: bool = False) -> Counted:
        return score(values, groups, sampling, share=share).but(n=n)

    patients = len(np.unique(clusters(len(answers["before"]), groups)))
    least = 2.0 ** (1 - patients)  # all signs alike, or all of them turned round
    decisions = {name: decided(said, threshold) for name, said in answers.items()}
    flips = {name: (decisions[name] != decisions["before"]).astype(np.float64) for name in ("after", "control")}
    change, probability = {}, {}
    for c in range(len(classes)) if len(classes) > 2 else [len(classes) - 1]:
        after, control = answers["after"][:, c], answers["control"][:, c]
        moved_by = log_odds(after) - log_odds(control)
        change[classes[c]] = Changes(**judged(moved_by).fields(), p=sign_flip(moved_by, groups), p_least=least)
        probability[classes[c]] = judged(after - control)
    return {
        "flips": judged(flips["after"], share=True),
        "control_flips": judged(flips["control"], share=True),
        "excess_flips": judged(flips["after"] - flips["control"]),
        "change": change,
        "probability": probability,
    }


def _change(what: str, how: How) -> Change:
    return pasted(what) if how == "pasted" else removed(what)


def _changed(images: Images, part: slice, change: Change, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Of a part of the images: as they are, changed, and the control (n, S, S, 3) uint8; the mask of what changed (n, S, S)."""
    before = images.pixels[part].permute(0, 2, 3, 1).numpy()
    roi, avoid = ((plane[part][:, 0] >= 128).numpy() for plane in (images.roi, images.avoid))
    changed = [change(*one, rng) for one in zip(before, roi, avoid, strict=True)]
    return (before, *(np.stack(kind) for kind in zip(*changed, strict=True)))


def _tensor(pictures: np.ndarray, device: torch.device) -> torch.Tensor:
    return unit(torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2), device)
