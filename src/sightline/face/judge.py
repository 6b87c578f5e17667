"""`sl.evaluate`, `sl.audit` and `sl.compare`: how good it is, what it relies on, which is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sightline.attention.classifier import GuidedClassifier
from sightline.config import Evaluate, Kind
from sightline.data.dataset import ImageDataset
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.recipe import Recipe
from sightline.results import SplitScores
from sightline.results.audit import AuditFacts
from sightline.results.differences import Comparison
from sightline.results.external import ExternalFindings, ExternalScores
from sightline.results.findings import FindingsScores

if TYPE_CHECKING:
    from sightline.audit.which import Which


@dataclass(frozen=True)
class Bare:
    """A classifier without a run, with the names of its classes and the settings for its scores. It predicts the most probable class."""

    network: GuidedClassifier
    classes: tuple[str, ...]
    recipe: Recipe
    decision: Decision = field(default_factory=Decision)

    def classifier(self) -> GuidedClassifier:
        return self.network.eval()


def _bare(network: GuidedClassifier, dataset: ImageDataset, settings: Mapping[str, Any]) -> Bare:
    if dataset.several:
        remedy = "Train a run on them: it is judged for each finding, and `run.of(finding)` is a run of two classes."
        raise UserError("the data", f"have several findings per image ({', '.join(dataset.classes)})", remedy)
    if network.classes != len(dataset.classes):
        reason = f"answers for {network.classes} classes, the data have {len(dataset.classes)}"
        raise UserError("the classifier", reason, "Give data of the classes that it was trained for.")
    return Bare(network, dataset.classes, Recipe(name="own", data=dataset.data, evaluate=Evaluate(**settings)))


@overload
def evaluate(
    what: Run,
    dataset: Sequence[str] | None = None,
    *,
    prevalence: float | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
) -> dict[str, SplitScores] | dict[str, FindingsScores]: ...


@overload
def evaluate(
    what: Run,
    *,
    data: str,
    root: str | Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    prevalence: float | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
) -> ExternalScores | ExternalFindings: ...


@overload
def evaluate(
    what: GuidedClassifier, dataset: ImageDataset, *, prevalence: float | None = None, by: Sequence[str] | None = None, **settings: Any
) -> SplitScores: ...


def evaluate(
    what: Run | GuidedClassifier,
    dataset: Any = None,
    *,
    prevalence: float | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
    **settings: Any,
) -> Any:
    """Scores the decisions, the probabilities, and the agreement of the maps with the regions, with intervals.

    Args:
        what: a finished run, whose scores are also written into its folder; or a classifier.
        dataset: for a run, the names of the splits (None: those in its recipe); for a classifier, images such as `sl.data(...).test`.
        settings: for a classifier, settings of `sightline.config.Evaluate`, e.g. `bootstrap=2000`, `confidence=0.9`. For a run, another
            data set (external validation): its name `data`, its place `root`, its `split`, and `classes`, label -> class of the run.
        prevalence: share of the patients that have the last of two classes; adds `predictive`, PPV and NPV there.
        coverage: for a run, share of the images whose conformal set shall hold their class; adds `sets`. None: as its recipe says.
        by: tags by which groups of images are scored, each with its difference to all other images: `["sex", "age=40,60"]`; adds `by`.
            None: as the recipe of the run says.

    Returns:
        For a classifier `SplitScores`; for a run a dictionary, split name -> `SplitScores`, or `FindingsScores` where images have several
        findings; on another data set `ExternalScores`, or `ExternalFindings`.

    Raises:
        UserError: no such split, images of other classes, too few validation images for the coverage, no image with a tag, or
            a prevalence with more than two classes.
    """
    from sightline.data.divide import settled
    from sightline.engine.calibration import at_prevalence, check_prevalence
    from sightline.engine.evaluate import evaluate as score_run
    from sightline.engine.evaluate import observe, score
    from sightline.engine.evaluate_findings import evaluate_findings

    if isinstance(what, Run) and what.findings and prevalence is None and coverage is None:
        return _findings_elsewhere(what, by=by, **settings) if settings else evaluate_findings(what, dataset, by)
    check_prevalence(prevalence, len(what.classes) if isinstance(what, Run) else what.classes)
    if isinstance(what, Run):
        level = what.recipe.evaluate.confidence
        if settings:
            elsewhere = _elsewhere(what, coverage=coverage, by=by, **settings)
            return elsewhere.but(scores=at_prevalence(elsewhere.scores, prevalence, level))
        return {name: at_prevalence(scores, prevalence, level) for name, scores in score_run(what, dataset, coverage, by).items()}
    if coverage is not None:
        raise UserError("`coverage=...`", "needs validation images, which a classifier does not have", "Give a run.")
    if not isinstance(dataset, ImageDataset):
        raise UserError("evaluate", "a classifier is scored on images", 'Give them, e.g. sl.data("folder", root="photos").test.')
    bare = _bare(what, dataset, settings)
    divided = None if by is None else settled(by, dataset.records)
    found = score(observe(what, dataset, bare.recipe), dataset, bare.recipe, by=divided)
    return at_prevalence(found, prevalence, bare.recipe.evaluate.confidence)


def _elsewhere(
    run: Run,
    data: str,
    root: str | Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
) -> ExternalScores:
    from sightline.engine.external import validate

    return validate(run, data, None if root is None else Path(root), split, classes, coverage=coverage, by=by)


def _findings_elsewhere(
    run: Run,
    data: str,
    root: str | Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    by: Sequence[str] | None = None,
) -> ExternalFindings:
    from sightline.engine.external_findings import validate_findings

    return validate_findings(run, data, None if root is None else Path(root), split, classes, by=by)


@dataclass(frozen=True)
class AuditResult:
    """What a classifier relies on.

    Attributes:
        verdict: the result in one line.
        answers: question -> answer, in sentences.
        flag: `relying`, `aligned but relying`, `thrown off`, `no sign of relying` or `not tested`.
        facts: all numbers.
    """

    verdict: str
    answers: Mapping[str, str]
    flag: str
    facts: AuditFacts


def audit(
    what: Run | GuidedClassifier,
    dataset: ImageDataset | str | None = None,
    *,
    seconds: float = 120,
    images: int = 200,
    kind: Kind | None = None,
    seed: int = 0,
    **settings: Any,
) -> AuditResult:
    """Changes images and measures how the answers change, to find out what a classifier relies on.

    Args:
        what: a run or a classifier.
        dataset: for a run, the name of a split (None: its first test set); for a classifier, images.
        seconds: time limit; if it is short, fewer images are used.
        images: largest number of images.
        kind: kind of image, which decides which artefacts are tried; None: the kind of the data set.
        settings: for a classifier, settings of `sightline.config.Evaluate`. For a run, another data set: its name `data`, its place `root`,
            and `classes`, label -> class of the run; `dataset` then names a part of it.

    Raises:
        UserError: no such split, or images of other classes.
    """
    from sightline.audit.examine import examine
    from sightline.audit.which import Which, own
    from sightline.report.audit_words import headline, sentences

    if isinstance(what, Run):
        if isinstance(dataset, ImageDataset):
            raise UserError("audit", "a run is audited on a split of its own", "Give its name, or audit run.classifier() on these images.")
        which = _images_elsewhere(what, split=dataset, **settings) if settings else own(what, dataset)
        found = examine(what, which, seconds=seconds, images=images, kind=kind, seed=seed)
    else:
        if not isinstance(dataset, ImageDataset):
            raise UserError("audit", "a classifier is audited on images", 'Give them, e.g. sl.data("folder", root="photos").test.')
        which = Which("given", dataset, dataset.data)
        found = examine(_bare(what, dataset, settings), which, seconds=seconds, images=images, kind=kind, seed=seed)
    return AuditResult(headline(found.facts), dict(sentences(found.facts)), found.facts.flag, found.facts)


def _images_elsewhere(
    run: Run, data: str, root: str | Path | None = None, split: str | None = None, classes: Mapping[str, str] | None = None
) -> Which:
    from sightline.audit.which import other

    return other(run, data, None if root is None else Path(root), split, classes)


def compare(
    *runs: Run | str | Path,
    split: str | None = None,
    out: str | Path | None = None,
    by: Sequence[str] | None = None,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Mapping[str, str] | None = None,
) -> Comparison:
    """Compares finished runs on the same images.

    Args:
        runs: at least two runs, or their folders.
        split: split to score; None: the first test set that all runs have.
        out: folder for a picture of the maps, ROC curves and a report, where those of an earlier comparison are replaced; None:
            nothing is written.
        by: tags by which they are also compared group by group, such as `["sex", "age=40,60"]`; None: as the recipe of
            the base says, the run that the others are held against.
        data, root, classes: another data set, on whose images the runs answer: its name, its place, and label -> class of the runs; `split`
            is then a part of it. Nothing is kept of their answers.

    Raises:
        UserError: fewer than two, no image with a tag, no split in common, or other classes or images.
    """
    from sightline.engine.elsewhere import all_elsewhere
    from sightline.report.side_by_side import compare_runs

    if len(runs) < 2:
        raise UserError("compare", f"{len(runs)} run given", "Give at least two.")
    opened: list[Run] = [run if isinstance(run, Run) else Run(run) for run in runs]
    if data is not None:
        opened, split = [*all_elsewhere(opened, data, root, split, classes, by)], None
    return compare_runs(opened, split, None if out is None else Path(out), by)
