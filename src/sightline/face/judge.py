"""`sl.evaluate`: how good is it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from sightline.attention.classifier import GuidedClassifier
from sightline.config import Evaluate
from sightline.data.dataset import ImageDataset
from sightline.device import AUTO
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.face.opening import AnyRun, Labels, needs_data, one_split, opened, place_of
from sightline.recipe import Recipe
from sightline.results import SplitScores
from sightline.results.external import ExternalFindings, ExternalScores
from sightline.results.findings import FindingsScores


@dataclass(frozen=True)
class Bare:
    """A classifier without a run, with the names of its classes and the settings for its scores. It predicts the most probable class."""

    network: GuidedClassifier
    classes: tuple[str, ...]
    recipe: Recipe
    decision: Decision = field(default_factory=Decision)

    def classifier(self) -> GuidedClassifier:
        return self.network.eval()


def bare(network: GuidedClassifier, dataset: ImageDataset, settings: Mapping[str, Any]) -> Bare:
    """A classifier that is to be judged on these images.

    Raises:
        UserError: images of other classes, or with several findings.
    """
    if dataset.several:
        remedy = "Train a run on them: it is judged for each finding, and `run.of(finding)` is a run of two classes."
        raise UserError("the data", f"have several findings per image ({', '.join(dataset.classes)})", remedy)
    if network.classes != len(dataset.classes):
        reason = f"answers for {network.classes} classes, the data have {len(dataset.classes)}"
        raise UserError("the classifier", reason, "Give data of the classes that it was trained for.")
    own = network.class_names
    if own is not None and own != dataset.classes:
        reason = f"answers for the classes {', '.join(own)}, in this order, and the data have {', '.join(dataset.classes)}"
        remedy = f"Read the data with these classes, each with its labels there: `classes={ {name: [name] for name in own} }`."
        raise UserError("the classifier", reason, remedy)
    return Bare(network, dataset.classes, Recipe(name="own", data=dataset.data, evaluate=Evaluate(**settings)))


def for_runs(**given: object) -> None:
    """Refuses arguments that are for runs where a classifier is given.

    Raises:
        UserError: one was given all the same.
    """
    for name, value in given.items():
        if value is not None:
            raise UserError(f"`{name}=...`", "is for runs, and a classifier is given", "Leave it out, or give a run.")


def for_classifiers(settings: Mapping[str, Any]) -> None:
    """Refuses settings of scores where a run is given, whose recipe has them.

    Raises:
        UserError: one was given all the same.
    """
    for name in settings:
        raise UserError(f"{name!r}", "is for a classifier, and a run is given", "The run's recipe says it, in its section `evaluate`.")


@overload
def evaluate(
    run: AnyRun,
    split: str | Sequence[str] | None = None,
    *,
    data: None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    prevalence: float | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
    out: str | Path | None = None,
    device: str = AUTO,
) -> dict[str, SplitScores] | dict[str, FindingsScores]: ...


@overload
def evaluate(
    run: AnyRun,
    split: str | Sequence[str] | None = None,
    *,
    data: str,
    root: str | Path | None = None,
    classes: Labels | None = None,
    prevalence: float | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
    out: str | Path | None = None,
    device: str = AUTO,
) -> ExternalScores | ExternalFindings: ...


@overload
def evaluate(
    run: GuidedClassifier, split: ImageDataset, *, prevalence: float | None = None, by: Sequence[str] | None = None, **settings: Any
) -> SplitScores: ...


def evaluate(
    run: AnyRun | GuidedClassifier,
    split: Any = None,
    *,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    prevalence: float | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
    out: str | Path | None = None,
    device: str = AUTO,
    **settings: Any,
) -> Any:
    """Scores the decisions, the probabilities, and the agreement of the maps with the regions, with intervals.

    Args:
        run: a finished run or its folder, into which the scores are also written; or a classifier.
        split: of a run, the name of a split or several (None: those in its recipe); for a classifier, images such as `sl.data(...).test`.
        data: for a run, another data set (external validation), of which `split` is then one part.
        root: place of that data set; without `data`, where the run's own data are now.
        classes: label of that data set -> class of the run.
        prevalence: share of the patients that have the last of two classes; adds `predictive`, PPV and NPV there.
        coverage: for a run, share of the images whose conformal set shall hold their class; adds `sets`. None: as its recipe says.
        by: tags by which groups of images are scored, each with its difference to all other images: `["sex", "age=40,60"]`; adds `by`.
            None: as the recipe of the run says.
        out: folder for the scores on another data set; None: `external/NAME` in the run's.
        device: see `sightline.device.resolve`; not used for a run that is open already.
        settings: for a classifier, settings of `sightline.config.Evaluate`, e.g. `bootstrap=2000`, `confidence=0.9`.

    Returns:
        For a classifier `SplitScores`; for a run a dictionary, split name -> `SplitScores`, or `FindingsScores` where images have several
        findings; on another data set `ExternalScores`, or `ExternalFindings`.

    Raises:
        UserError: no such split, images of other classes, too few validation images for the coverage, no image with a tag, or
            a prevalence with more than two classes.
    """
    if isinstance(run, GuidedClassifier):
        for_runs(data=data, root=root, classes=classes, coverage=coverage, out=out)
        return _of_classifier(run, split, prevalence, by, settings)
    for_classifiers(settings)
    needs_data(data, classes=classes, out=out)
    if isinstance(split, ImageDataset):
        raise UserError("evaluate", "a run is scored on splits of its own", "Give their names, or score run.classifier() on these images.")
    if data is None:
        return _of_run(opened(run, device, root), split, prevalence, coverage, by)
    return _elsewhere(opened(run, device), data, place_of(root), one_split(split), classes, prevalence, coverage, by, place_of(out))


def _of_classifier(
    network: GuidedClassifier, images: object, prevalence: float | None, by: Sequence[str] | None, settings: Mapping[str, Any]
) -> SplitScores:
    from sightline.data.divide import settled
    from sightline.engine.calibration import at_prevalence, check_prevalence
    from sightline.engine.evaluate import observe, score

    check_prevalence(prevalence, network.classes)
    if not isinstance(images, ImageDataset):
        raise UserError("evaluate", "a classifier is scored on images", 'Give them, e.g. sl.data("folder", root="photos").test.')
    recipe = bare(network, images, settings).recipe
    divided = None if by is None else settled(by, images.records)
    found = score(observe(network, images, recipe), images, recipe, by=divided)
    return at_prevalence(found, prevalence, recipe.evaluate.confidence)


def _of_run(
    run: Run, split: str | Sequence[str] | None, prevalence: float | None, coverage: float | None, by: Sequence[str] | None
) -> dict[str, SplitScores] | dict[str, FindingsScores]:
    from sightline.engine.calibration import at_prevalence, check_prevalence
    from sightline.engine.evaluate import evaluate as score_run
    from sightline.engine.evaluate_findings import evaluate_findings

    splits = [split] if isinstance(split, str) else split or None
    if run.findings and prevalence is None and coverage is None:
        return evaluate_findings(run, splits, by or None)
    check_prevalence(prevalence, len(run.classes))
    level = run.recipe.evaluate.confidence
    return {name: at_prevalence(scores, prevalence, level) for name, scores in score_run(run, splits, coverage, by or None).items()}


def _elsewhere(
    run: Run,
    data: str,
    root: Path | None,
    split: str | None,
    classes: Labels | None,
    prevalence: float | None,
    coverage: float | None,
    by: Sequence[str] | None,
    out: Path | None,
) -> ExternalScores | ExternalFindings:
    from sightline.engine.calibration import at_prevalence, check_prevalence
    from sightline.engine.external import validate
    from sightline.engine.external_findings import validate_findings

    if run.findings and prevalence is None and coverage is None:
        return validate_findings(run, data, root, split, classes, out, by or None)
    check_prevalence(prevalence, len(run.classes))
    found = validate(run, data, root, split, classes, out, coverage, by or None)
    return found.but(scores=at_prevalence(found.scores, prevalence, run.recipe.evaluate.confidence))
