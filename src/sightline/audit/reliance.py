"""Does the decision rest on the region, or on what lies around it?

An attention map says where evidence was found; only changing the image says whether the decision needs it. Each image is shown as it is,
with nothing but its region, without its region, without an equally large piece elsewhere, and with its region on the background of another
image: once of the same class and once of another. The last two leave the same seams, so what differs between them is what the background
says about the class (the gap between "mixed-same" and "mixed-rand" of Xiao et al., "Noise or Signal", ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.audit.ask import probabilities
from sightline.audit.budget import Budget
from sightline.audit.covers import COVERS, boxes, covered, free_shift, moved
from sightline.audit.images import Images, unit
from sightline.audit.scores import Sampling, log_odds
from sightline.channels import as_rgb
from sightline.data.cover import widen, without_region
from sightline.device import device_of
from sightline.metrics.confidence.bootstrap import Array, chosen, intervals, mean_of_defined, ratio
from sightline.metrics.scores.ranks import overall_auc
from sightline.metrics.scores.thresholds import decided
from sightline.results.audit import Condition, Reliance

EXAMPLES = 3  # images, of different classes as far as possible, of which every test is shown
MARGIN = 0.03  # by which regions are widened, as a share of the side; they fade out over the same width
_CHUNK = 32
_WHOLE = 0.95  # share of the image beyond which a region leaves no background


@dataclass(frozen=True)
class Example:
    """One image in every test: name of the test -> pixels (S, S, 3) uint8 and probabilities (C,)."""

    id: str
    label: int
    tests: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)


def judged(images: Images) -> np.ndarray:
    """Positions of the images whose region is known, and neither empty nor all of the image."""
    area = images.roi.float().mean((1, 2, 3)).numpy() / 255
    return np.flatnonzero(images.known & (area > 0) & (area < _WHOLE))


def background_lenders(labels: np.ndarray, patients: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """For each image a random one of the same class and one of another class, both of other patients; -1 where there is none. -> 2 (N,)"""
    found = np.full((2, len(labels)), -1)
    for i, (label, patient) in enumerate(zip(labels, patients, strict=True)):
        for kind, alike in enumerate((labels == label, labels != label)):
            others = np.flatnonzero(alike & (patients != patient))
            found[kind, i] = rng.choice(others) if len(others) else -1
    return found[0], found[1]


def views(
    images: Images, part: slice, pairs: tuple[np.ndarray, np.ndarray], device: torch.device, seed: int = 0
) -> Iterator[tuple[str, Tensor]]:
    """The changed images of one part, test by test: (name, (n, C, S, S)).

    `only_*`: the region alone; `removed_*`: without it; `boxed_*`: without its bounding box, whose outline tells less;
    `elsewhere_*`: without a piece of the region's shape somewhere else; `background_same`, `background_other`.

    Args:
        pairs: see `background_lenders`.
        seed: of the pieces elsewhere.
    """
    seen, region = unit(images.pixels[part], device), _widened(images.roi[part], device)
    box, elsewhere = boxes(region), _elsewhere(images.roi[part], device, seed + part.start)
    yield "as_is", seen
    for how in COVERS:
        yield f"only_{how}", covered(seen, 1 - region, how)
        yield f"removed_{how}", covered(seen, region, how)
        yield f"boxed_{how}", covered(seen, box, how)
        yield f"elsewhere_{how}", covered(seen, elsewhere, how)
    for name, partner in zip(("background_same", "background_other"), pairs, strict=True):
        other = torch.from_numpy(partner[part])
        background = without_region(unit(images.pixels[other], device), _widened(images.roi[other], device))
        yield name, region * seen + (1 - region) * background


def _widened(roi: Tensor, device: torch.device) -> Tensor:
    return widen((unit(roi, device) >= 0.5).float(), round(MARGIN * max(roi.shape[-2:])))


def _elsewhere(roi: Tensor, device: torch.device, seed: int) -> Tensor:
    """A piece of the same shape that keeps as clear of the region as it can."""
    rng, found = np.random.default_rng(seed), []
    wide = (_widened(roi, torch.device("cpu"))[:, 0] > 0).numpy()
    for mask, blocked in zip((roi[:, 0] >= 128).numpy(), wide, strict=True):
        found.append(moved(mask, free_shift(mask, blocked, rng)))
    return _widened(torch.from_numpy(np.stack(found))[:, None].to(torch.uint8) * 255, device)


def reliance(
    classifier: GuidedClassifier, images: Images, budget: Budget, share: float, sampling: Sampling, threshold: float | None = None
) -> tuple[Reliance | None, list[Example]]:
    """What becomes of the answers in every test, and the comparisons that matter; None where no region is known.

    Args:
        share: of the time that is left.
        threshold: of the decisions that may flip, see `decided`. Accuracies, which are held against that of always naming the most
            frequent class, are of the most probable class.

    Returns:
        The scores, for `differences` see `reliance_scores`; and some images in every test.
    """
    places = judged(images)
    if len(places) < 2:
        return None, []
    chosen_images = images.at(places)
    examples = [Example(chosen_images.records[i].id, int(chosen_images.labels[i])) for i in range(len(places))]
    shown = _first_of_classes(chosen_images.labels[:_CHUNK])
    pairs = background_lenders(chosen_images.labels, chosen_images.patients, np.random.default_rng(sampling["seed"]))
    said: dict[str, list[np.ndarray]] = {}
    device = device_of(classifier)
    for part in budget.chunks(len(chosen_images), share, _CHUNK):
        for name, changed in views(chosen_images, part, pairs, device):
            answer = probabilities(classifier, changed)
            if name.startswith("background"):
                answer[pairs[name == "background_other"][part] < 0] = np.nan
            said.setdefault(name, []).append(answer)
            for i in shown if part.start == 0 else []:
                examples[i].tests[name] = _pixels(changed[i]), answer[i]
    answers = {name: np.concatenate(parts) for name, parts in said.items()}
    n = len(answers["as_is"])
    facts = reliance_scores(answers, chosen_images.labels[:n], chosen(chosen_images.patients, np.arange(n)), sampling, threshold)
    return facts, [examples[i] for i in shown]


def _first_of_classes(labels: np.ndarray) -> list[int]:
    """Positions of `EXAMPLES` images: the first of each class, then the second of each."""
    turn = [int((labels[:i] == label).sum()) for i, label in enumerate(labels)]
    return sorted(range(len(labels)), key=lambda i: (turn[i], i))[:EXAMPLES]


def _pixels(image: Tensor) -> np.ndarray:
    """(C, S, S) in [0, 1] -> (S, S, 3) uint8"""
    return as_rgb((image.permute(1, 2, 0).cpu().numpy() * 255).round().clip(0, 255).astype(np.uint8))


def reliance_scores(answers: dict[str, Array], labels: Array, groups: Any, sampling: Sampling, threshold: float | None = None) -> Reliance:
    """The scores of all tests, from the same bootstrap samples.

    `differences`:
        `left_outside_<cover>`: share of the classes' separation that is left with the region's box covered;
        `above_base_rate_<cover>`: accuracy without the region minus that of always naming the most frequent class;
        `region_flips_<cover>`: decisions turned without the region beyond those turned without a piece elsewhere;
        `region_needed_<cover>`: AUC lost without the region beyond that lost without a piece elsewhere;
        `background_flips`: decisions turned by the background of another class beyond those turned by one of the same class;
        `background_separation`, `background_accuracy`: share of the separation, and accuracy, that is lost by the same.

    Args:
        answers: test -> (N, C), NaN where it does not apply; among them `as_is`.
        labels: (N,).
    """
    first = decided(answers["as_is"], threshold)
    frequent = (labels == np.bincount(labels).argmax()).astype(np.float64)

    def statistic(weights: Array) -> dict[tuple[str, str], Array]:
        found = {}
        for name, said in answers.items():
            there = np.flatnonzero(~np.isnan(said).any(axis=1))
            own, p, of = weights[:, there], said[there], labels[there]

            def mean(values: Array, own: Array = own) -> Array:
                return ratio(own @ values.astype(np.float64), own.sum(axis=1))

            found[name, "accuracy"] = mean(p.argmax(axis=1) == of)
            found[name, "auc"] = overall_auc(of, p, own)
            found[name, "separation"] = separation(of, log_odds(p), own)
            found[name, "probability"] = mean(p[np.arange(len(of)), of])
            found[name, "flips"] = mean(decided(p, threshold) != first[there])
        whole = found["as_is", "separation"]
        base = ratio(weights @ frequent, weights.sum(axis=1))
        found["", "base_rate"] = base
        for how in COVERS:
            found["", f"above_base_rate_{how}"] = found[f"removed_{how}", "accuracy"] - base
            found["", f"left_outside_{how}"] = ratio(found[f"boxed_{how}", "separation"], np.where(whole > 0, whole, 0))
            found["", f"region_flips_{how}"] = found[f"removed_{how}", "flips"] - found[f"elsewhere_{how}", "flips"]
            found["", f"region_needed_{how}"] = found[f"elsewhere_{how}", "auc"] - found[f"removed_{how}", "auc"]
        found["", "background_flips"] = found["background_other", "flips"] - found["background_same", "flips"]
        apart = found["background_same", "separation"] - found["background_other", "separation"]
        found["", "background_separation"] = ratio(apart, np.where(whole > 0, whole, 0))
        found["", "background_accuracy"] = found["background_same", "accuracy"] - found["background_other", "accuracy"]
        return found

    there: dict[str, list[Array]] = {name: [np.asarray(~np.isnan(said).any(axis=1))] for name, said in answers.items()}
    shares = {(name, key): part for name, part in there.items() for key in ("accuracy", "flips")}
    shares[("", "base_rate")] = [np.ones(len(labels), dtype=bool)]
    counts = {(name, key): int(part.sum()) for name, (part,) in there.items() for key in Condition.model_fields}
    found = intervals(statistic, len(labels), groups=groups, **sampling, shares=shares, counts=counts)
    return Reliance(
        n=len(labels),
        base_rate=found["", "base_rate"],
        conditions={name: Condition(**{key: found[name, key] for key in Condition.model_fields}) for name in answers},
        differences={key: value for (name, key), value in found.items() if not name and key != "base_rate"},
    )


def separation(labels: Array, odds: Array, weights: Array) -> Array:
    """How far apart the scores of the classes are: log-odds of a class in its own images minus those in the others, mean over the classes.

    AUC asks only for the order; where nothing else is left to see, the faintest trace of the class makes it large. This does not.

    Args:
        labels: (n,) class indices.
        odds: (n, C), log-odds of each class.
        weights: (R, n).

    Returns:
        (R,), NaN with one class only.
    """
    apart = []
    for c in range(odds.shape[1]):
        own, others = weights * (labels == c), weights * (labels != c)
        apart.append(ratio(own @ odds[:, c], own.sum(axis=1)) - ratio(others @ odds[:, c], others.sum(axis=1)))
    return mean_of_defined(np.stack(apart, axis=-1))  # (R, C) -> (R,)
