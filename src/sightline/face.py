"""The verbs as functions: `sl.data`, `sl.build`, `sl.evaluate`, `sl.explain`, `sl.audit`, `sl.compare`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import numpy as np
from PIL import Image
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.classifier import build as build_classifier
from sightline.config import Data, Evaluate, Kind
from sightline.data.dataset import ImageDataset
from sightline.device import AUTO, resolve
from sightline.engine.decision import Decision
from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.explanation import Explanation
from sightline.recipe import Recipe, load_recipe, recipe_from
from sightline.results import Difference, SplitScores

Picture = str | Path | np.ndarray | Tensor | Image.Image


@dataclass(frozen=True)
class DataSets(Mapping[str, ImageDataset]):
    """The splits of a data set, read, looked through and divided.

    Attributes:
        splits: name -> images; also `sets.train`, `sets.val`, `sets.test` and `sets["matched"]`.
        classes: in the order of the logits.
        notes: how the data were read, one sentence each.
        warnings: what was met and is no reason to refuse them, such as near-duplicates in two splits.
    """

    splits: Mapping[str, ImageDataset]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> ImageDataset:
        if name not in self.splits:
            raise UserError(f"split {name!r}", "is not in these data", nearest(name, self.splits))
        return self.splits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.splits)

    def __len__(self) -> int:
        return len(self.splits)

    @property
    def train(self) -> ImageDataset:
        return self["train"]

    @property
    def val(self) -> ImageDataset:
        return self["val"]

    @property
    def test(self) -> ImageDataset:
        return self["test"]


def data(name: str, root: str | Path | None = None, **settings: Any) -> DataSets:
    """Reads a data set, looks for everything that would spoil a training, and divides it.

    >>> sets = data("phantom", image_size=32, options={"size": 64, "train": 8, "val": 8, "test": 4})
    >>> sorted(sets), sets.classes
    (['flipped', 'matched', 'removed', 'train', 'val'], ('nevus', 'melanoma'))
    >>> sets.train.loader(batch_size=4).dataset[0].image.shape
    torch.Size([3, 32, 32])

    Args:
        name: of a reader, as in `sightline data check`: `folder`, `table`, `coco`, `isic2017`, ...
        root: folder or file of the data set.
        settings: of `sightline.config.Data`, e.g. `image_size=224`, `split={"val": 0.2}`, `options={...}` of the reader.

    Raises:
        UserError: an unknown reader or setting; data that a training would refuse, such as leaks or a class without training images.
    """
    tree = {"name": "data", "data": {"name": name, "root": None if root is None else str(root)} | settings}
    found = prepare(recipe_from(tree, where="sl.data"))
    return DataSets(found.datasets, found.classes, found.notes, tuple(found.warnings))


def build(recipe: Recipe | str, classes: int, settings: Mapping[str, Any] | None = None) -> GuidedClassifier:
    """The classifier that a recipe describes.

    Args:
        recipe: or its name, or a YAML file.
        classes: how many.
        settings: of the recipe that are changed, e.g. `{"backbone.weights": "imagenet"}`.

    Raises:
        UserError: no such recipe, or settings that do not fit each other.
    """
    return build_classifier(recipe if isinstance(recipe, Recipe) else load_recipe(recipe, dict(settings or {})), classes)


@dataclass(frozen=True)
class Bare:
    """A classifier without a run: named classes, settings of the scores, and the most probable class as its decision."""

    network: GuidedClassifier
    classes: tuple[str, ...]
    recipe: Recipe
    decision: Decision = field(default_factory=Decision)

    def classifier(self) -> GuidedClassifier:
        return self.network.eval()


def _bare(network: GuidedClassifier, dataset: ImageDataset, settings: Mapping[str, Any]) -> Bare:
    if network.classes != len(dataset.classes):
        reason = f"answers for {network.classes} classes, the data have {len(dataset.classes)}"
        raise UserError("the classifier", reason, "Give data of the classes that it was trained for.")
    return Bare(network, dataset.classes, Recipe(name="own", data=dataset.data, evaluate=Evaluate(**settings)))


@overload
def evaluate(what: Run, dataset: Sequence[str] | None = None) -> dict[str, SplitScores]: ...


@overload
def evaluate(what: GuidedClassifier, dataset: ImageDataset, **settings: Any) -> SplitScores: ...


def evaluate(what: Run | GuidedClassifier, dataset: Any = None, **settings: Any) -> Any:
    """Scores with intervals: how good the decisions are, and how well the maps agree with the regions.

    Args:
        what: a finished run, whose scores are also written into its folder; or a classifier.
        dataset: of a run, the names of the splits (None: those that its recipe names); of a classifier, images such as `sl.data(...).test`.
        settings: of `sightline.config.Evaluate`, for a classifier, e.g. `bootstrap=2000`, `confidence=0.9`.

    Returns:
        Of a classifier `SplitScores`; of a run split name -> `SplitScores`.

    Raises:
        UserError: no such split, or images of other classes.
    """
    from sightline.engine.evaluate import evaluate as score_run
    from sightline.engine.evaluate import observe, score

    if isinstance(what, Run):
        return {name: SplitScores.model_validate(found) for name, found in score_run(what, dataset).items()}
    if not isinstance(dataset, ImageDataset):
        raise UserError("evaluate", "a classifier is scored on images", 'Give them, e.g. sl.data("folder", root="photos").test.')
    bare = _bare(what, dataset, settings)
    return SplitScores.model_validate(score(observe(what, dataset, bare.recipe), dataset, bare.recipe))


def explain(
    what: Run | GuidedClassifier,
    picture: Picture,
    target: str | None = None,
    *,
    method: str = "map",
    classes: Sequence[str] | None = None,
    image_size: int = 224,
) -> Explanation:
    """What it says of a picture, and where it looked.

    Args:
        what: a run or a classifier.
        picture: a path; an array (H, W, 3) uint8; a tensor (3, H, W) in [0, 1]; or a PIL image.
        target: class to explain; `all`; None: the one that is decided for.
        method: `map`, the classifier's own attention; `occlusion` and `gradient` work with any.
        classes, image_size: names of the logits and side of the network's input; of a run both are known.

    Raises:
        UserError: a picture that cannot be read, an unknown class or method, or a classifier without maps.
    """
    from sightline.explain.inputs import pixels_of
    from sightline.explain.maps import asked_of, explained

    asked = asked_of(what, target, method, classes, None if isinstance(what, Run) else Data(image_size=image_size))
    return explained(asked, pixels_of(picture, asked.data) if isinstance(picture, str | Path) else _pixels(picture))


def _pixels(picture: np.ndarray | Tensor | Image.Image) -> np.ndarray:
    """(H, W, 3) uint8."""
    if isinstance(picture, Image.Image):
        return np.asarray(picture.convert("RGB"))
    if isinstance(picture, Tensor):
        if picture.ndim != 3 or picture.shape[0] != 3:
            raise UserError("picture", f"is a tensor {tuple(picture.shape)}", "Give one (3, H, W) in [0, 1].")
        return (picture.detach().cpu().clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise UserError("picture", f"is an array {picture.shape} of {picture.dtype}", "Give one (H, W, 3) of uint8.")
    return picture


@dataclass(frozen=True)
class AuditResult:
    """What a classifier relies on.

    Attributes:
        verdict: in one line.
        answers: question -> answer, in sentences.
        flag: `relying`, `aligned but relying`, `thrown off`, `no sign of relying` or `not tested`.
        facts: every number, see `sightline.audit.examine`.
    """

    verdict: str
    answers: Mapping[str, str]
    flag: str
    facts: Mapping[str, Any]


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
    """Changes images and sees what becomes of the answers.

    Args:
        what: a run or a classifier.
        dataset: of a run, the name of a split (None: its first test set); of a classifier, images.
        seconds: after which fewer images are taken.
        images: at most.
        kind: of image, which decides the artefacts that are tried; None: as the data say.
        settings: of `sightline.config.Evaluate`, for a classifier.

    Raises:
        UserError: no such split, or images of other classes.
    """
    from sightline.audit.examine import examine
    from sightline.audit.which import Which, own
    from sightline.report.audit_words import headline, sentences

    if isinstance(what, Run):
        if isinstance(dataset, ImageDataset):
            raise UserError("audit", "a run is audited on a split of its own", "Give its name, or audit run.classifier() on these images.")
        found = examine(what, own(what, dataset), seconds=seconds, images=images, kind=kind, seed=seed)
    else:
        if not isinstance(dataset, ImageDataset):
            raise UserError("audit", "a classifier is audited on images", 'Give them, e.g. sl.data("folder", root="photos").test.')
        which = Which("given", dataset, dataset.data)
        found = examine(_bare(what, dataset, settings), which, seconds=seconds, images=images, kind=kind, seed=seed)
    return AuditResult(headline(found.facts), dict(sentences(found.facts)), found.facts["flag"], found.facts)


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Attributes:
        split: on which the scores are.
        scores: run -> scores.
        differences: every other run minus the baseline (the first label-only run, else the first), on every split that they share, with p
            corrected over all of them.
        notes: how to read them.
        files: that were written.
    """

    split: str
    scores: Mapping[str, SplitScores]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    files: tuple[Path, ...]


def compare(*runs: Run | str | Path, split: str | None = None, out: str | Path | None = None) -> Comparison:
    """Puts finished runs side by side.

    Args:
        runs: at least two, or their folders.
        split: on which the scores are; None: the first test set that all have.
        out: folder for a grid of maps, curves and a report; None: nothing is written.

    Raises:
        UserError: fewer than two, no split in common, or other classes or images.
    """
    from sightline.report.side_by_side import compare_runs

    if len(runs) < 2:
        raise UserError("compare", f"{len(runs)} run given", "Give at least two.")
    opened = [run if isinstance(run, Run) else Run(run) for run in runs]
    found = compare_runs(opened, split, None if out is None else Path(out))
    scores = {name: SplitScores.model_validate(one) for name, one in found["metrics"].items()}
    rows = tuple(Difference.model_validate(row) for row in found["differences"])
    return Comparison(found["split"], scores, rows, tuple(found["notes"]), tuple(map(Path, found["files"])))


def load(run: str | Path, device: str = AUTO) -> GuidedClassifier:
    """The trained classifier of a run, in evaluation mode, on a device."""
    return Run(run, resolve(device)).classifier()
