"""The run folder that a training writes, and access to its contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sightline.engine import run_forms
from sightline.engine.decision import Decision, decision_of
from sightline.engine.files import safe_name
from sightline.engine.kept_answers import Attention as Attention
from sightline.engine.kept_answers import Predictions as Predictions
from sightline.engine.kept_answers import read_attention, read_predictions
from sightline.engine.of_finding import OfFinding
from sightline.engine.read_files import Damaged, read_json
from sightline.engine.run_folder import AGAIN, REVIEWS, TrainedFolder
from sightline.errors import UserError, nearest
from sightline.results import SplitScores
from sightline.results.calibration import Calibration
from sightline.results.findings import FindingsScores
from sightline.results.scores import Thresholds
from sightline.short import short_repr

if TYPE_CHECKING:
    from sightline.attention.classifier import GuidedClassifier
    from sightline.data.dataset import ImageDataset


@dataclass(frozen=True)
class Sample:
    """An image as the network sees it: image (H, W, 3) uint8, ROI map (H, W) in [0, 1] or None where unknown."""

    id: str
    image: np.ndarray
    roi: np.ndarray | None
    __repr__ = short_repr


class Run(TrainedFolder):
    """A run folder.

    A run with several findings per image has a folder `findings/NAME` for each, which is a run folder of two classes: it holds what the run
    answers for this finding, and the rest is that of the run.

    Args:
        device: the device on which the network runs, see `sightline.device.resolve`.
        root: where its data lie now; None: where they lay in training.

    Raises:
        UserError: there is no run at this path, or no such device.
    """

    def of(self, finding: str) -> Run:
        """The run of one finding, with the classes `no FINDING` and `FINDING`.

        Raises:
            UserError: there is no such finding, or the run was not evaluated.
        """
        if finding not in self.findings:
            remedy = nearest(finding, self.findings) if self.findings else "Its images have one label each."
            raise UserError(f"finding {finding!r}", f"is not among those of {self.path}", remedy)
        path = self.finding_folder(finding)
        if not (path / "finding.json").is_file():
            raise UserError(path, "is missing: the run was not evaluated", f"Run {scoring(self)}.")
        found = Run(path, str(self.device), self.root)
        found.__dict__["_all"] = self._all
        return found

    def require_files(self) -> None:
        """Opens the files that a report needs last, so that damage is found before minutes are spent on drawing.

        Raises:
            Damaged: a file is damaged; the message names it.
        """
        for part in ("environment", "thresholds", "history"):
            getattr(self, part)

    @property
    def scores(self) -> dict[str, SplitScores]:
        """Split name -> scores; empty before the first evaluation."""
        path = self.path / "metrics.json"
        if path.exists():
            self.require_one_label()
        return read_json(path, run_forms.Metrics, self._scored_again) if path.exists() else {}

    @property
    def finding_scores(self) -> dict[str, FindingsScores]:
        """Split name -> scores of all findings, of a run with several per image; empty before the first evaluation."""
        path = self.path / "metrics.json"
        return read_json(path, run_forms.FindingsMetrics, self._scored_again) if path.exists() else {}

    @property
    def thresholds(self) -> Thresholds | None:
        """Thresholds of the decision and of the maps, chosen on the validation images; None before these were scored.

        Raises:
            UserError: they are lost, since without them the run would decide otherwise.
        """
        path = self.path / "thresholds.json"
        self.require_one_label()
        if not path.exists():
            if "val" not in self.scores:
                return None
            raise Damaged(path, "is missing", f"Run {scoring(self)} again.")
        return read_json(path, Thresholds, self._scored_again)

    @property
    def decision(self) -> Decision:
        """The rule by which the run predicts a class, used wherever a class is called predicted."""
        return decision_of(self.thresholds)

    @property
    def calibration(self) -> Calibration | None:
        """The map from the run's probabilities to calibrated ones, a function of arrays (..., C).

        None before the validation images were scored, where the recipe wants none, and in runs of earlier versions.
        """
        return self.thresholds.calibration if self.thresholds else None

    def every_prediction(self) -> dict[str, Predictions]:
        """Split -> predictions for all of its images, for the splits that were evaluated."""
        path = self.path / "predictions.csv"
        self.require_one_label()
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
    def datasets(self) -> Mapping[str, ImageDataset]:
        """Split name -> images. They are read when first used, from the place given in the recipe, and divided as in `split.csv`; of one
        finding, those of which it is known."""
        return self._all if self.finding is None else OfFinding(self._all, self.finding)

    @cached_property
    def _all(self) -> Mapping[str, ImageDataset]:
        from sightline.engine.prepare import restore
        from sightline.engine.saving import check_split

        if self.finished:
            check_split(self.home)
        recipe = self.recipe if self.root is None else self.recipe.with_settings(data__root=self.root)
        if recipe.data.reviews is not None and (self.home / REVIEWS).is_file():
            recipe = recipe.with_settings(data__reviews=self.home / REVIEWS)  # the file itself may have gone on since
        root = recipe.data.root
        if root is not None and not root.exists() and self.root is None:
            reason = f"does not exist; this place of the data comes from {self.home / 'config.yaml'}"
            raise UserError(root, reason, "If the data have moved, say where they are: `root=...`.")
        return restore(recipe, self._split_table(), tuple(self._model().classes))

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
            raise Damaged(self.path / "split.csv", f"names no image of split {split!r}", AGAIN)
        dataset = self.datasets[split]
        place = {record.id: i for i, record in enumerate(dataset.records)}
        if strange := [i for i in ids if i not in place]:
            raise Damaged(self.path / "predictions.csv", f"names image {strange[0]!r}, which split.csv does not", self._scored_again)
        return [Sample(i, *dataset.picture(place[i])) for i in ids]

    def classifier(self, *, several: bool = False) -> GuidedClassifier:
        """The trained classifier, in evaluation mode, on the run's device.

        Args:
            several: whether the caller can take a classifier of several findings per image, whose logits are questions of their own.

        Raises:
            UserError: the training is not finished, the weights file is lost or damaged, or images have several findings and the caller
                cannot take these.
        """
        if not several:
            self.require_one_label()
        from sightline.attention.one_finding import one_finding
        from sightline.engine.saving import load_model

        if not self.finished:
            if (self.home / "model.json").is_file():  # which a training writes last
                raise Damaged(self.home / "model.safetensors", "is missing", AGAIN)
            raise UserError(
                self.path,
                "has no model.safetensors: its training has not ended",
                "Go on with the training: the same recipe, the same folder and `resume=True`.",
            )
        found = load_model(self.home)
        if self.finding is not None:
            found = one_finding(found, self._model().classes.index(self.finding))
        found.class_names, found.prepared = self.findings or self.classes, self.recipe.data
        return found.to(self.device).eval()

    @property
    def _scored_again(self) -> str:
        return f"Remove it, and run {scoring(self)} again."


def scoring(run: Run, split: str | None = None) -> str:
    """The call that scores a run, for a remedy."""
    opened = f"sightline.Run({str(run.path)!r})"
    return f"`sightline.evaluate({opened})`" if split is None else f"`sightline.evaluate({opened}, split={[split]})`"
