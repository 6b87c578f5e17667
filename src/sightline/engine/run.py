"""The run folder that a training writes, and access to its contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.device import AUTO, resolve
from sightline.engine import run_forms
from sightline.engine.decision import Decision
from sightline.engine.files import safe_name
from sightline.engine.kept_answers import Attention as Attention
from sightline.engine.kept_answers import Predictions as Predictions
from sightline.engine.kept_answers import read_attention, read_predictions
from sightline.engine.read_files import Damaged, read_json, read_table, read_yaml
from sightline.errors import UserError
from sightline.recipe import Recipe, recipe_from
from sightline.results import SplitScores
from sightline.results.calibration import Calibration
from sightline.results.scores import Thresholds

if TYPE_CHECKING:
    from sightline.attention.classifier import GuidedClassifier
    from sightline.data.dataset import ImageDataset


_AGAIN = "Copy the run folder again, or train again."
_WITHOUT_CURVES = "Copy it again, or remove it: the report then goes without training curves."


@dataclass(frozen=True)
class Sample:
    """An image as the network sees it: image (H, W, 3) uint8, ROI map (H, W) in [0, 1] or None where unknown."""

    id: str
    image: np.ndarray
    roi: np.ndarray | None


class Run:
    """A run folder.

    Args:
        device: the device on which the network runs, see `sightline.device.resolve`.
        root: where its data lie now; None: where they lay in training.

    Raises:
        UserError: there is no run at this path, or no such device.
    """

    def __init__(self, path: str | Path, device: str = AUTO, root: str | Path | None = None) -> None:
        self.path = Path(path)
        self.device = resolve(device)
        self.root = None if root is None else Path(root)
        if not (self.path / "config.yaml").is_file():
            raise UserError(path, "is not a run folder (it has no config.yaml)", "Give the folder of a training.")

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.resolve().name

    @cached_property
    def recipe(self) -> Recipe:
        """The resolved recipe.

        Raises:
            Damaged: the file was cut short between two lines, which leaves valid YAML, and defaults would stand in for the rest.
        """
        path, model = self.path / "config.yaml", self.path / "model.json"
        tree = read_yaml(path, _AGAIN)
        if model.exists() and (lost := _lacking(tree, read_json(model, run_forms.Model, _AGAIN).recipe)):
            raise Damaged(path, f"lacks {lost}, which model.json names", _AGAIN)
        return recipe_from(tree, where=path)

    @cached_property
    def environment(self) -> run_forms.Environment:
        """Versions and machine."""
        return read_json(self.path / "environment.json", run_forms.Environment, _AGAIN)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        path = self.path / "model.json"
        if not path.exists() and not self.finished:
            raise UserError(path, "is missing", "The run is not finished, or the folder is incomplete.")
        found = tuple(read_json(path, run_forms.Model, _AGAIN).classes)
        if len(set(found)) < len(found):
            raise Damaged(path, f"names a class twice ({', '.join(found)})", _AGAIN)
        return found

    def require_files(self) -> None:
        """Opens the files that a report needs last, so that damage is found before minutes are spent on drawing.

        Raises:
            Damaged: a file is damaged; the message names it.
        """
        for part in ("environment", "thresholds", "history"):
            getattr(self, part)

    @property
    def finished(self) -> bool:
        """Whether the training is finished."""
        return (self.path / "model.safetensors").is_file()

    @property
    def scores(self) -> dict[str, SplitScores]:
        """Split name -> scores; empty before the first evaluation."""
        path = self.path / "metrics.json"
        return read_json(path, run_forms.Metrics, self._scored_again) if path.exists() else {}

    @property
    def thresholds(self) -> Thresholds | None:
        """Thresholds of the decision and of the maps, chosen on the validation images; None before these were scored.

        Raises:
            UserError: they are lost, since without them the run would decide otherwise.
        """
        path = self.path / "thresholds.json"
        return read_json(path, Thresholds, self._scored_again) if path.exists() or "val" in self.scores else None

    @property
    def decision(self) -> Decision:
        """The rule by which the run predicts a class, used wherever a class is called predicted."""
        return Decision(self.thresholds.decision if self.thresholds else None)

    @property
    def calibration(self) -> Calibration | None:
        """The map from the run's probabilities to calibrated ones, a function of arrays (..., C).

        None before the validation images were scored, where the recipe wants none, and in runs of earlier versions.
        """
        return self.thresholds.calibration if self.thresholds else None

    @property
    def split_table(self) -> Sequence[dict[str, str]]:
        """The rows of split.csv: id, split, label, group, annotated."""
        path = self.path / "split.csv"
        rows = read_table(path, ["id", "split", "label", "group", "annotated"], _AGAIN)
        if not rows:
            raise Damaged(path, "names no image", _AGAIN)
        for row in rows:
            if row["annotated"] not in ("0", "1"):
                raise Damaged(f"{path} line {row.line}", f"annotated is {row['annotated']!r}, neither 0 nor 1", _AGAIN)
        return rows

    def every_prediction(self) -> dict[str, Predictions]:
        """Split -> predictions for all of its images, for the splits that were evaluated."""
        path = self.path / "predictions.csv"
        return read_predictions(path, self.classes, self._scored_again) if path.exists() else {}

    def predictions(self, split: str) -> Predictions:
        """The predictions for all images of `split`.

        Raises:
            UserError: the split was not evaluated.
        """
        found = self.every_prediction()
        if split not in found:
            raise UserError(self.path, f"split {split!r} was not evaluated", f"Run {scoring(self, split)}.")
        return found[split]

    def attention_file(self, split: str) -> Path:
        """The file of the attention maps of a split, with a name that is valid for a file."""
        return self.path / "attention" / f"{safe_name(split)}.npz"

    def attention(self, split: str) -> Attention | None:
        """The attention maps of all images of `split`; None for a source without maps.

        Raises:
            UserError: the maps are missing, or belong to other images than the predictions.
        """
        path = self.attention_file(split)
        if not path.exists() and not (split in self.scores and self.scores[split].localisation):
            return None
        return read_attention(path, self.predictions(split), self._scored_again)

    @cached_property
    def history(self) -> list[dict[str, float]]:
        """One row per epoch: losses, weights, learning rate, validation scores."""
        epochs: dict[int, dict[str, float]] = {}
        for path in sorted(self.path.glob("**/logs/metrics.csv")):
            offset = max(epochs, default=-1) + 1
            for row in read_table(path, ["epoch"], _WITHOUT_CURVES):
                where = f"{path} line {row.line}"
                try:
                    filled = {k: float(v) for k, v in row.items() if v != ""}
                    epoch = int(filled["epoch"])
                except (ValueError, KeyError, OverflowError):
                    raise Damaged(where, "holds something that is not a number", _WITHOUT_CURVES) from None
                epochs.setdefault(epoch + offset, {}).update(filled)
        return [row | {"epoch": float(epoch)} for epoch, row in sorted(epochs.items())]

    @cached_property
    def datasets(self) -> Mapping[str, ImageDataset]:
        """Split name -> images. They are read when first used, from the place given in the recipe, and divided as in `split.csv`."""
        from sightline.engine.prepare import restore
        from sightline.engine.saving import check_split

        if self.finished:
            check_split(self.path)
        recipe = self.recipe if self.root is None else self.recipe.with_settings(data__root=self.root)
        root = recipe.data.root
        if root is not None and not root.exists() and self.root is None:
            reason = f"does not exist; this place of the data comes from {self.path / 'config.yaml'}"
            raise UserError(root, reason, "If the data have moved, say where they are: `root=...`.")
        return restore(recipe, self.split_table, self.classes)

    def groups(self, ids: Sequence[str]) -> np.ndarray | None:
        """Patient or lesion of each image, where an image without one is a group of its own; None if no two images share a group."""
        group = {row["id"]: row["group"] or row["id"] for row in self.split_table}
        if strange := [i for i in ids if i not in group]:
            raise Damaged(self.path / "predictions.csv", f"names image {strange[0]!r}, which split.csv does not", self._scored_again)
        found = np.array([group[i] for i in ids])
        return found if len(set(found.tolist())) < len(found) else None

    def pictures(self, split: str, ids: Sequence[str]) -> list[Sample]:
        """Images and ROI maps as the network sees them."""
        if split not in self.datasets:
            raise Damaged(self.path / "split.csv", f"names no image of split {split!r}", _AGAIN)
        dataset = self.datasets[split]
        place = {record.id: i for i, record in enumerate(dataset.records)}
        if strange := [i for i in ids if i not in place]:
            raise Damaged(self.path / "predictions.csv", f"names image {strange[0]!r}, which split.csv does not", self._scored_again)
        return [Sample(i, *dataset.picture(place[i])) for i in ids]

    def classifier(self) -> GuidedClassifier:
        """The trained classifier, in evaluation mode, on the run's device.

        Raises:
            UserError: the training is not finished, or the weights file is damaged.
        """
        from sightline.engine.saving import load_model

        if not self.finished:
            raise UserError(
                self.path,
                "has no model.safetensors: its training has not ended",
                "Go on with the training: the same recipe, the same folder and `resume=True`.",
            )
        return load_model(self.path).to(self.device).eval()

    @property
    def _scored_again(self) -> str:
        return f"Remove it, and run {scoring(self)} again."


def scoring(run: Run, split: str | None = None) -> str:
    """The call that scores a run, for a remedy."""
    opened = f"sightline.Run({str(run.path)!r})"
    return f"`sightline.evaluate({opened})`" if split is None else f"`sightline.evaluate({opened}, dataset={[split]})`"


def _lacking(tree: Any, whole: Any, key: str = "") -> str | None:
    """The first setting of `whole` that `tree` does not have, as a dotted key."""
    if not isinstance(whole, dict) or not isinstance(tree, dict):
        return None
    for name, below in whole.items():
        if name not in tree:
            return f"{key}{name}"
        if lost := _lacking(tree[name], below, f"{key}{name}."):
            return lost
    return None
