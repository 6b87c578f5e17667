"""What a training leaves in its run folder: its settings, the division of the images, the log, and the names of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from sightline.catalog import FORMATS
from sightline.data.findings import classes_of
from sightline.device import AUTO, resolve
from sightline.engine import run_forms
from sightline.engine.files import safe_name
from sightline.engine.of_finding import rows_of_finding
from sightline.engine.read_files import Damaged, read_json, read_table, read_yaml
from sightline.errors import UserError
from sightline.recipe import Recipe, recipe_from

REVIEWS = "training-reviews.jsonl"  # what reviewers had said when the training began, without their names
AGAIN = "Copy the run folder again, or train again."
_WITHOUT_CURVES = "Copy it again, or remove it: the report then goes without training curves."


class TrainedFolder:
    """The part of a run folder that the training wrote. The folder of one finding of a run shares that of the run, its `home`.

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
        one = self.path / "finding.json"
        self.finding = read_json(one, run_forms.OneFinding, AGAIN).finding if one.is_file() else None
        if not (self.home / "config.yaml").is_file():
            raise UserError(path, "is not a run folder (it has no config.yaml)", "Give the folder of a training.")

    @property
    def home(self) -> Path:
        """The folder of the training; of one finding, that of the run with all of them."""
        if self.finding is None:
            return self.path
        path = self.path if len(self.path.parts) > 1 else self.path.resolve()
        return path.parent.parent

    @property
    def name(self) -> str:
        """The folder's name; of one finding, with that of the finding."""
        return self.home.resolve().name + ("" if self.finding is None else f" {self.finding}")

    @property
    def weights_sha256(self) -> str:
        """The SHA-256 of the weights file, as the run keeps it."""
        return self._model().sha256

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """The findings that an image can have; empty where each image has one label, and in the run of one finding."""
        if self.finding is not None or not (self.home / "model.json").exists():
            return ()
        found = self._model()
        return tuple(found.classes) if found.several else ()

    def finding_folder(self, finding: str) -> Path:
        """Where the answers for one finding lie."""
        return self.path / "findings" / safe_name(finding)

    def external(self, data: str, root: Path | None = None) -> Path:
        """Where what is found on another data set lies: `external/isic2017`; of a format with the name of its folder or file:
        `external/folder-other-hospital`."""
        of = "" if root is None or data not in FORMATS else f"-{root.resolve().stem if root.is_file() else root.resolve().name}"
        return self.path / "external" / safe_name(data + of)

    def audit_folder(self, data: str | None = None, root: Path | None = None) -> Path:
        """Where its audit lies; on another data set with what else is found there."""
        return (self.path if data is None else self.external(data, root)) / "audit"

    @cached_property
    def recipe(self) -> Recipe:
        """The resolved recipe.

        Raises:
            Damaged: the file was cut short between two lines, which leaves valid YAML, and defaults would stand in for the rest.
        """
        path, model = self.home / "config.yaml", self.home / "model.json"
        tree = read_yaml(path, AGAIN)
        if model.exists() and (lost := _lacking(tree, read_json(model, run_forms.Model, AGAIN).recipe)):
            raise Damaged(path, f"lacks {lost}, which model.json names", AGAIN)
        return recipe_from(tree, where=path)

    @cached_property
    def environment(self) -> run_forms.Environment:
        """Versions and machine."""
        return read_json(self.home / "environment.json", run_forms.Environment, AGAIN)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the logits.

        Raises:
            UserError: an image can have several findings, so that there are no classes of which each has one.
        """
        if self.finding is not None:
            return classes_of(self.finding)
        self.require_one_label()
        return tuple(self._model().classes)

    def require_one_label(self) -> None:
        """Refuses a run with several findings per image, for all that is defined for one label per image.

        Raises:
            UserError: it is one.
        """
        if self.findings:
            reason = f"was trained on images with several findings ({', '.join(self.findings)})"
            raise UserError(self.path, reason, f"Give one of them, e.g. {self.finding_folder(self.findings[0])}.")

    def _model(self) -> run_forms.Model:
        path = self.home / "model.json"
        if not path.exists() and not self.finished:
            raise UserError(path, "is missing", "The run is not finished, or the folder is incomplete.")
        found = read_json(path, run_forms.Model, AGAIN)
        if len(set(found.classes)) < len(found.classes):
            raise Damaged(path, f"names a class twice ({', '.join(found.classes)})", AGAIN)
        return found

    @property
    def finished(self) -> bool:
        """Whether the training is finished."""
        return (self.home / "model.safetensors").is_file()

    @property
    def split_table(self) -> Sequence[dict[str, str]]:
        """The rows of split.csv: id, split, label, group, annotated; of one finding, those of which it is known, as of two classes."""
        rows = self._split_table()
        return rows if self.finding is None else rows_of_finding(rows, self.finding)

    def _split_table(self) -> Sequence[dict[str, str]]:
        path = self.home / "split.csv"
        rows = read_table(path, ["id", "split", "label", "group", "annotated"], AGAIN)
        if not rows:
            raise Damaged(path, "names no image", AGAIN)
        for row in rows:
            if row["annotated"] not in ("0", "1"):
                raise Damaged(f"{path} line {row.line}", f"annotated is {row['annotated']!r}, neither 0 nor 1", AGAIN)
        return rows

    @cached_property
    def history(self) -> list[dict[str, float]]:
        """One row per epoch: losses, weights, learning rate, validation scores."""
        epochs: dict[int, dict[str, float]] = {}
        for path in sorted(self.home.glob("**/logs/metrics.csv")):
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
