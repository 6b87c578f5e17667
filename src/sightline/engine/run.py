"""The folder that a training leaves behind, and how to read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from sightline.engine.files import read_table
from sightline.errors import UserError
from sightline.recipe import Recipe, recipe_from

if TYPE_CHECKING:
    from sightline.attention.classifier import GuidedClassifier
    from sightline.data.dataset import ImageDataset


@dataclass(frozen=True)
class Predictions:
    """What a run said of one split: labels (N,), probabilities (N, C)."""

    ids: list[str]
    labels: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True)
class Attention:
    """Where a run looked on one split.

    Attributes:
        known: (N,) bool.
        explained: (N,) the class whose map is scored.
        maps: name -> (N, h, w), of that class.
        said: name -> (N, h, w), of the predicted class, which is what a person wants to see; the same for a class-agnostic map.
    """

    ids: list[str]
    known: np.ndarray
    explained: np.ndarray
    maps: dict[str, np.ndarray]
    said: dict[str, np.ndarray]


@dataclass(frozen=True)
class Sample:
    """A picture as the network saw it: image (H, W, 3) uint8, ROI map (H, W) in [0, 1] or None where unknown."""

    id: str
    image: np.ndarray
    roi: np.ndarray | None


class Run:
    """A run folder.

    Raises:
        UserError: there is no run at this path.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not (self.path / "config.yaml").is_file():
            raise UserError(path, "is not a run folder (it has no config.yaml)", "Give a folder that `sightline train` wrote.")

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.resolve().name

    @cached_property
    def recipe(self) -> Recipe:
        """The resolved recipe."""
        return recipe_from(yaml.safe_load((self.path / "config.yaml").read_text()), where=self.path / "config.yaml")

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Versions and machine."""
        return self._json("environment.json")

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        return tuple(self._json("model.json")["classes"])

    @property
    def finished(self) -> bool:
        """Whether training came to its end."""
        return (self.path / "model.safetensors").is_file()

    @property
    def metrics(self) -> dict[str, Any]:
        """Split name -> scores; empty before the first evaluation."""
        return self._json("metrics.json") if (self.path / "metrics.json").is_file() else {}

    @property
    def thresholds(self) -> dict[str, Any]:
        """Thresholds of the decision and of the maps, chosen on the validation images; empty before these were scored."""
        return self._json("thresholds.json") if (self.path / "thresholds.json").is_file() else {}

    @property
    def split_table(self) -> list[dict[str, str]]:
        """Rows id, split, label, group, annotated."""
        return read_table(self.path / "split.csv")

    def predictions(self, split: str) -> Predictions:
        """What it said of every image of `split`.

        Raises:
            UserError: the split was not evaluated.
        """
        path = self.path / "predictions.csv"
        rows = [r for r in read_table(path) if r["split"] == split] if path.is_file() else []
        if not rows:
            raise UserError(self.path, f"split {split!r} was not evaluated", f"Run `sightline evaluate {self.path} --split {split}`.")
        labels = np.array([self.classes.index(r["label"]) for r in rows])
        probabilities = np.array([[float(r[f"p:{c}"]) for c in self.classes] for r in rows])
        return Predictions([r["id"] for r in rows], labels, probabilities)

    def attention(self, split: str) -> Attention | None:
        """Where it looked on every image of `split`; None for a source without maps."""
        path = self.path / "attention" / f"{split}.npz"
        if not path.is_file():
            return None
        with np.load(path) as file:
            maps, said = ({k.removeprefix(p): file[k] for k in file.files if k.startswith(p)} for p in ("map:", "said:"))
            return Attention([str(i) for i in file["ids"]], file["known"], file["explained"], maps, said)

    @cached_property
    def history(self) -> list[dict[str, float]]:
        """One row per epoch: losses, weights, learning rate, validation scores."""
        epochs: dict[int, dict[str, float]] = {}
        for path in sorted(self.path.glob("**/logs/metrics.csv")):
            offset = max(epochs, default=-1) + 1
            for row in read_table(path):
                filled = {k: float(v) for k, v in row.items() if v not in ("", None)}
                epochs.setdefault(int(filled["epoch"]) + offset, {}).update(filled)
        return [row | {"epoch": float(epoch)} for epoch, row in sorted(epochs.items())]

    @cached_property
    def datasets(self) -> Mapping[str, ImageDataset]:
        """Split name -> images, read again from where the recipe says they are when they are asked for, divided as `split.csv` says."""
        from sightline.engine.prepare import restore
        from sightline.engine.saving import check_split

        if self.finished:
            check_split(self.path)
        return restore(self.recipe, self.split_table, self.classes)

    def groups(self, ids: Sequence[str]) -> np.ndarray | None:
        """Patient or lesion of each image, an image without one standing alone; None where no two images share one."""
        group = {row["id"]: row.get("group") or row["id"] for row in self.split_table}
        found = np.array([group[i] for i in ids])
        return found if len(set(found.tolist())) < len(found) else None

    def pictures(self, split: str, ids: Sequence[str]) -> list[Sample]:
        """Images and ROI maps as the network saw them."""
        dataset = self.datasets[split]
        place = {record.id: i for i, record in enumerate(dataset.records)}
        return [Sample(i, *dataset.picture(place[i])) for i in ids]

    def classifier(self, device: str = "cpu") -> GuidedClassifier:
        """The trained classifier, in evaluation mode.

        Raises:
            UserError: training has not ended, or the weights file is damaged.
        """
        from sightline.engine.saving import load_model

        if not self.finished:
            raise UserError(self.path, "its training has not ended", f"Go on with `sightline train ... --name {self.name} --resume`.")
        return load_model(self.path).to(device).eval()

    def _json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        if not path.is_file():
            raise UserError(path, "is missing", "The run is not finished, or the folder is incomplete.")
        return dict(json.loads(path.read_text()))
