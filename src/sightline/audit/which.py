"""Which images an audit is about: the run's own, or another data set's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.data.reading import read
from sightline.engine.compare import judged_split
from sightline.engine.run import Predictions, Run
from sightline.errors import UserError, nearest
from sightline.types import Record


@dataclass(frozen=True)
class Which:
    """Images, their split's name, what the run said of all of them where that is known, and the training records where they can be read."""

    split: str
    dataset: ImageDataset
    data: Data
    predictions: Predictions | None = None
    training: Sequence[Record] | None = None


def own(run: Run, split: str | None) -> Which:
    """Images of the run's data; None: the first test split that the recipe evaluates, or the validation images.

    Raises:
        UserError: the run has no such split.
    """
    split = judged_split(run, split)
    predictions = run.predictions(split) if split in run.scores else None
    return Which(split, run.datasets[split], run.recipe.data, predictions, run.datasets["train"].records)


def other(run: Run, name: str | None, root: Path | None, split: str | None) -> Which:
    """Images of another data set of the same classes, seen as the run sees its own; None: its test set, or all where none is marked.

    Args:
        name: data set; None: the run's, at another place.
        root: its folder or file.

    Raises:
        UserError: other classes, or no such split.
    """
    data = run.recipe.data
    if name is not None and name != data.name:
        data = data.model_copy(update={"name": name, "options": {}, "task": None, "root": None, "kind": None})
    found = read(data.model_copy(update={"root": root or data.root}))
    if set(found.classes) != set(run.classes):
        reason = f"has the classes {', '.join(found.classes)}, the run has {', '.join(run.classes)}"
        raise UserError(f"data {data.name}", reason, "Give a data set of the same classes.")
    splits = {record.split or "all" for record in found.records}
    if split is not None and split not in splits:
        raise UserError(f"split {split!r}", "the data set has no such split", nearest(split, splits))
    wanted = split or ("test" if "test" in splits else None)
    records = [record for record in found.records if wanted in (None, record.split or "all")]
    return Which(f"{data.name}, {wanted or 'all'}", ImageDataset(records, run.classes, data, train=False), data, training=_trained_on(run))


def _trained_on(run: Run) -> Sequence[Record] | None:
    """The training records, for what they are tagged with; None where the run's own data are not there any more."""
    try:
        return run.datasets["train"].records
    except UserError:
        return None
