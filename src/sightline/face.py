"""The commands of the command line as functions: `sl.data`, `sl.build`, `sl.evaluate`, `sl.explain`, `sl.audit`, `sl.compare`."""

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
    """A data set that was read, checked and divided into splits.

    Attributes:
        splits: name -> images; also `sets.train`, `sets.val`, `sets.test` and `sets["matched"]`.
        classes: in the order of the logits.
        notes: how the data were read, one sentence each.
        warnings: problems that do not prevent a training, such as near-duplicates in two splits.
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
    """Reads a data set, checks it for everything that would spoil a training, and divides it into splits.

    >>> sets = data("phantom", image_size=32, options={"size": 64, "train": 8, "val": 8, "test": 4})
    >>> sorted(sets), sets.classes
    (['flipped', 'matched', 'removed', 'train', 'val'], ('nevus', 'melanoma'))
    >>> sets.train.loader(batch_size=4).dataset[0].image.shape
    torch.Size([3, 32, 32])

    Args:
        name: name of the reader, as in `sightline data check`: `folder`, `table`, `coco`, `isic2017`, ...
        root: folder or file of the data set.
        settings: settings of `sightline.config.Data`, e.g. `image_size=224`, `split={"val": 0.2}`, `options={...}` for the reader.

    Raises:
        UserError: an unknown reader or setting; data that a training would refuse, such as leaks or a class without training images.
    """
    tree = {"name": "data", "data": {"name": name, "root": None if root is None else str(root)} | settings}
    found = prepare(recipe_from(tree, where="sl.data"))
    return DataSets(found.datasets, found.classes, found.notes, tuple(found.warnings))


def build(recipe: Recipe | str, classes: int, settings: Mapping[str, Any] | None = None) -> GuidedClassifier:
    """The classifier that a recipe describes.

    Args:
        recipe: a recipe, its name, or a YAML file.
        classes: number of classes.
        settings: settings of the recipe to change, e.g. `{"backbone.weights": "imagenet"}`.

    Raises:
        UserError: no such recipe, or settings that do not fit each other.
    """
    return build_classifier(recipe if isinstance(recipe, Recipe) else load_recipe(recipe, dict(settings or {})), classes)


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
    if network.classes != len(dataset.classes):
        reason = f"answers for {network.classes} classes, the data have {len(dataset.classes)}"
        raise UserError("the classifier", reason, "Give data of the classes that it was trained for.")
    return Bare(network, dataset.classes, Recipe(name="own", data=dataset.data, evaluate=Evaluate(**settings)))


@overload
def evaluate(what: Run, dataset: Sequence[str] | None = None) -> dict[str, SplitScores]: ...


@overload
def evaluate(what: GuidedClassifier, dataset: ImageDataset, **settings: Any) -> SplitScores: ...


def evaluate(what: Run | GuidedClassifier, dataset: Any = None, **settings: Any) -> Any:
    """Scores the decisions, and the agreement of the maps with the regions, with intervals.

    Args:
        what: a finished run, whose scores are also written into its folder; or a classifier.
        dataset: for a run, the names of the splits (None: those in its recipe); for a classifier, images such as `sl.data(...).test`.
        settings: for a classifier, settings of `sightline.config.Evaluate`, e.g. `bootstrap=2000`, `confidence=0.9`.

    Returns:
        For a classifier `SplitScores`; for a run a dictionary, split name -> `SplitScores`.

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
    """The prediction for a picture, and the map that shows where the classifier looked.

    Args:
        what: a run or a classifier.
        picture: a path; an array (H, W, 3) uint8; a tensor (3, H, W) in [0, 1]; or a PIL image.
        target: class to explain, or `all`; None: the predicted class.
        method: `map`, the classifier's attention map; `occlusion` or `gradient`, which work with every classifier.
        classes, image_size: names of the classes and side of the network's input; not needed for a run, which knows both.

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
        verdict: the result in one line.
        answers: question -> answer, in sentences.
        flag: `relying`, `aligned but relying`, `thrown off`, `no sign of relying` or `not tested`.
        facts: all numbers, see `sightline.audit.examine`.
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
    """Changes images and measures how the answers change, to find out what a classifier relies on.

    Args:
        what: a run or a classifier.
        dataset: for a run, the name of a split (None: its first test set); for a classifier, images.
        seconds: time limit; if it is short, fewer images are used.
        images: largest number of images.
        kind: kind of image, which decides which artefacts are tried; None: the kind of the data set.
        settings: for a classifier, settings of `sightline.config.Evaluate`.

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
    """A comparison of runs on the same images.

    Attributes:
        split: the split that was scored.
        scores: run -> scores.
        differences: each run minus the baseline (the first label-only run, else the first run), on every split that they share, with p
            corrected over all of these comparisons.
        notes: how to read the differences.
        files: the files that were written.
    """

    split: str
    scores: Mapping[str, SplitScores]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    files: tuple[Path, ...]


def compare(*runs: Run | str | Path, split: str | None = None, out: str | Path | None = None) -> Comparison:
    """Compares finished runs on the same images.

    Args:
        runs: at least two runs, or their folders.
        split: split to score; None: the first test set that all runs have.
        out: folder for a picture of the maps, ROC curves and a report; None: nothing is written.

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
