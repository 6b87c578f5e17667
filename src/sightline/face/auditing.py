"""`sl.audit`: what does it rely on?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

from sightline.attention.classifier import GuidedClassifier
from sightline.audit.examine import examine
from sightline.audit.which import Which, other, own
from sightline.config import Kind
from sightline.data.dataset import ImageDataset
from sightline.device import AUTO
from sightline.errors import UserError, nearest
from sightline.face.bounds import bounded
from sightline.face.judge import bare, for_classifiers, for_runs
from sightline.face.opening import AnyRun, Labels, needs_data, opened, place_of
from sightline.report.audit_page import write_audit
from sightline.report.audit_words import headline, sentences
from sightline.results.audit import AuditFacts, AuditReport


@dataclass(frozen=True)
class AuditResult:
    """What a classifier relies on.

    Attributes:
        verdict: the result in one line.
        answers: question -> answer, in sentences.
        flag: `relying`, `aligned but relying`, `thrown off`, `no sign of relying` or `not tested`.
        facts: all numbers.
        report: of a run, what was written, and its `files`; None for a classifier.
        notes: what has to be known of another data set.
    """

    verdict: str
    answers: Mapping[str, str]
    flag: str
    facts: AuditFacts
    report: AuditReport | None = None
    notes: tuple[str, ...] = ()


@bounded(seconds=(1, None), images=(2, None))
def audit(
    run: AnyRun | GuidedClassifier,
    split: ImageDataset | str | None = None,
    *,
    seconds: float = 120,
    images: int = 200,
    kind: str | None = None,
    out: str | Path | None = None,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    device: str = AUTO,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
    **settings: Any,
) -> AuditResult:
    """Changes images and measures how the answers change, to find out what a classifier relies on.

    Args:
        run: a run or its folder, into which `audit.json` and `audit.html` are written; or a classifier.
        split: of a run, the name of a split (None: its first test set); for a classifier, images.
        seconds: time limit; if it is short, fewer images are used.
        images: largest number of images.
        kind: kind of image, which decides which artefacts are tried: `dermoscopy`, `ultrasound`, `xray` or `photograph`; None: the kind of
            the data set, else a guess from the colours.
        out: folder for the two files; None: `audit` in the run's, or in its `external/NAME` on another data set.
        data, root, classes: for a run, another data set: its name, its place, and label -> class of the run; `split` then names a part of
            it. `root` alone: where the run's own data are now.
        device: see `sightline.device.resolve`; not used for a run that is open already.
        seed: of the choice of images.
        progress: called with (done, all) while images are changed.
        settings: for a classifier, settings of `sightline.config.Evaluate`.

    Raises:
        UserError: no such split or kind, or images of other classes.
    """
    if kind is not None and kind not in get_args(Kind):
        raise UserError(f"`kind={kind!r}`", "is no kind of image", nearest(kind, get_args(Kind)))
    asked = partial(examine, seconds=seconds, images=images, kind=cast(Kind | None, kind), seed=seed, progress=progress)
    if isinstance(run, GuidedClassifier):
        for_runs(out=out, data=data, root=root, classes=classes)
        if not isinstance(split, ImageDataset):
            raise UserError("audit", "a classifier is audited on images", 'Give them, e.g. sl.data("folder", root="photos").test.')
        facts = asked(bare(run, split, settings), Which("given", split, split.data)).facts
        return AuditResult(headline(facts), dict(sentences(facts)), facts.flag, facts)
    if isinstance(split, ImageDataset):
        raise UserError("audit", "a run is audited on a split of its own", "Give its name, or audit run.classifier() on these images.")
    for_classifiers(settings)
    needs_data(data, classes=classes)
    trained = opened(run, device, None if data else root)
    which = own(trained, split) if data is None else other(trained, data, place_of(root), split, classes)
    found = asked(trained, which)
    there = () if data is None else (which.data.name, which.data.root)
    report = write_audit(trained, found, which.split, place_of(out) or trained.audit_folder(*there))
    return AuditResult(report.headline, report.sentences, found.facts.flag, found.facts, report, which.notes)
