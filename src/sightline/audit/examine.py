"""What does this model rely on? All tests of a finished run, within a time that is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch

from sightline.attention.classifier import GuidedClassifier
from sightline.audit import findings
from sightline.audit.ask import looks
from sightline.audit.budget import Budget
from sightline.audit.counterfactuals import How, Pair, clean, effect, marked
from sightline.audit.images import Images, take, unit
from sightline.audit.perturbation import STEPS, deletion_insertion
from sightline.audit.randomisation import BLOCKS, randomisation
from sightline.audit.reliance import Example, reliance
from sightline.audit.scores import Sampling
from sightline.audit.seen import in_training
from sightline.audit.tags import FEW, by_tags
from sightline.audit.which import Which
from sightline.config import Kind
from sightline.data import counterfactual
from sightline.data.artefacts import artefacts_in, kind_of, tried
from sightline.device import device_of
from sightline.engine.decision import Decision
from sightline.metrics.scores.map_scores import localisation
from sightline.recipe import Recipe
from sightline.results.audit import AuditFacts, ImageKind, Seconds, Tag
from sightline.results.scores import Localisation

_CASCADED = (16, 64)  # images, at least and at most
_PERTURBED = 16  # images for which a curve is to have all its points


class Judged(Protocol):
    """What an audit asks of a finished run, and what a classifier of one's own can be given to answer it."""

    @property
    def recipe(self) -> Recipe: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def decision(self) -> Decision: ...

    def classifier(self) -> GuidedClassifier: ...


@dataclass(frozen=True)
class Shown:
    """What an audit leaves for people to look at.

    Attributes:
        images: those that were judged.
        said: (N, C) probabilities of the images as they are.
        examples: some images in every reliance test.
        scrambled: maps (n, h, w) of the first images with the weights as they are, and after each step of the cascade.
        pairs: those counterfactual pairs of each artefact that changed most.
    """

    images: Images
    said: np.ndarray
    examples: list[Example] = field(default_factory=list)
    scrambled: list[np.ndarray] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


@dataclass(frozen=True)
class Audit:
    """Numbers, findings and pictures."""

    facts: AuditFacts
    shown: Shown


def examine(
    run: Judged,
    which: Which,
    *,
    seconds: float,
    images: int,
    kind: Kind | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Audit:
    """Looks on, changes images, and scrambles weights; the run is not touched.

    Args:
        which: the images. Where the run's answers to all of them are known, tags are judged on all, else on the sample.
        seconds: after which fewer images are taken; every number says how many it had.
        images: at most, of the data set, at random.
        kind: of image, which decides the artefacts that are put in; None: as the data say, see `kind_of`.
        seed: of the sample and of everything that is drawn.
        progress: called with (done, total) parts.

    """
    budget = Budget(seconds)
    settings = run.recipe.evaluate
    sampling = Sampling(bootstrap=settings.bootstrap, confidence=settings.confidence, seed=seed)
    sample = take(which.dataset, images, budget, seed)
    classifier = run.classifier().to(memory_format=torch.channels_last)
    found_kind = kind_of(which.data, sample.pixels.numpy(), kind)
    tagged = [name for record in (*(which.training or ()), *sample.records) for name in artefacts_in(record.tags)]
    artefacts = tried(found_kind, tagged, counterfactual.ARTEFACTS)
    there = {name: places for name, places in marked(sample).items() if len(places) >= FEW}
    total = 4 + len(artefacts) + len(there)
    done = iter(range(1, total + 1))

    begun = budget.spent
    said, maps = looks(classifier, unit(sample.pixels, device_of(classifier)), run.decision)
    rate = (budget.spent - begun) / len(sample)  # seconds per image and pass
    facts: dict[str, Any] = {"images": len(sample), "of": len(which.dataset), "map": next(iter(classifier.map_names), None)}
    facts["kind"] = ImageKind(name=found_kind.name, how=found_kind.how, tried=artefacts)
    facts["alignment"] = None if maps is None else _alignment(maps, sample, settings.shuffles, sampling)
    facts["tags"] = _tags(which, sample, said, run.classes, sampling)
    progress(next(done), total)
    facts["threshold"] = kept = run.decision.threshold
    facts["reliance"], examples = reliance(classifier, sample, budget, 0.2, sampling, kept)
    progress(next(done), total)

    pairs: list[Pair] = []
    removals = [(name, sample.at(places)) for name, places in there.items()]
    free = {name: clean(sample, name) for name in artefacts}
    pastes = [(name, sample.at(places)) for name, places in free.items() if len(places) >= FEW]
    how: How
    for how, changes, of_all in (("removed", removals, 0.15), ("pasted", pastes, 0.4)):
        facts[how] = {}
        for i, (name, some) in enumerate(changes):
            share = of_all / (len(changes) - of_all * i)  # of the time that is left then: each gets about the same
            facts[how][name], found = effect(classifier, some, name, how, run.classes, budget, share, sampling, threshold=kept)
            pairs += found
            progress(next(done), total)
    facts["clean"] = len(clean(sample))

    scrambled: list[np.ndarray] = []
    facts["randomisation"] = facts["perturbation"] = None
    if maps is not None:
        some = sample.at(_cascaded(rate, budget.left, len(sample)))
        facts["randomisation"], scrambled = randomisation(classifier, some, sampling, run.decision)
        steps = _steps(rate, budget.left)
        facts["perturbation"] = deletion_insertion(classifier, sample, budget, 0.85, sampling, steps, run.decision)
    facts["in_training"] = None if which.training is None else in_training(which.training)
    measured = AuditFacts(**facts, seconds=Seconds(given=seconds, spent=budget.spent))
    progress(total, total)
    return Audit(concluded(measured), Shown(sample, said, examples, scrambled, pairs))


def concluded(facts: AuditFacts) -> AuditFacts:
    """With what follows from the numbers."""
    found = findings.artefacts(facts.tags, facts.pasted, facts.removed, facts.in_training)
    given = findings.reasons(facts.reliance, found)
    tested = facts.reliance is not None or bool(facts.pasted or facts.removed)
    epg = facts.alignment.epg if facts.alignment else None
    return facts.but(
        artefacts=found,
        reasons=given,
        aligned=findings.aligned(epg),
        flag=findings.flag(epg, given, tested),
        map_explains=findings.map_explains(facts.randomisation),
    )


def _alignment(maps: np.ndarray, images: Images, shuffles: int, sampling: Sampling) -> Localisation:
    return localisation(maps, images.roi[:, 0].numpy(), images.known, shuffles=shuffles, groups=images.patients, **sampling)


def _tags(which: Which, sample: Images, said: np.ndarray, classes: Sequence[str], sampling: Sampling) -> dict[str, Tag]:
    predictions = which.predictions
    if predictions is None:
        return by_tags(sample.records, sample.labels, said, classes, sample.patients, sampling)
    by_id = {record.id: record for record in which.dataset.records}
    records = [by_id[i] for i in predictions.ids]
    groups = [record.group or record.id for record in records]
    return by_tags(records, predictions.labels, predictions.probabilities, classes, groups, sampling)


def _cascaded(rate: float, left: float, count: int) -> np.ndarray:
    """The first images, as many as let the cascade come to its end in a third of the time that is left: two passes for each block."""
    fit = int(left / 3 / (2 * (BLOCKS + 2) * max(rate, 1e-9)))
    return np.arange(min(count, max(_CASCADED[0], min(fit, _CASCADED[1]))))


def _steps(rate: float, left: float) -> int:
    """Points of the curves: as many as let at least some images be seen in the time that is left; six curves for each image."""
    return next((steps for steps in STEPS if 6 * steps * rate * _PERTURBED < 0.85 * left), STEPS[-1])
