"""Which images an audit is about: the run's own, or another data set's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.engine.compare import judged_split
from sightline.engine.elsewhere import notes_on
from sightline.engine.other_data import other_data
from sightline.engine.run import Predictions, Run
from sightline.errors import UserError
from sightline.types import Record


@dataclass(frozen=True)
class Which:
    """Images, their split's name, what the run said of all of them where that is known, the training records where they can be read, and
    what has to be known of another data set."""

    split: str
    dataset: ImageDataset
    data: Data
    predictions: Predictions | None = None
    training: Sequence[Record] | None = None
    notes: tuple[str, ...] = ()


def own(run: Run, split: str | None) -> Which:
    """Images of the run's data; None: the first test split that the recipe evaluates, or the validation images.

    Raises:
        UserError: the run has no such split.
    """
    split = judged_split(run, split)
    predictions = run.predictions(split) if split in run.scores else None
    return Which(split, run.datasets[split], run.recipe.data, predictions, run.datasets["train"].records)


def other(run: Run, name: str | None, root: Path | None, split: str | None = None, classes: Mapping[str, str] | None = None) -> Which:
    """Images of another data set, see `other_data`.

    Raises:
        UserError: see `other_data`.
    """
    found = other_data(run, name, root, split, classes)
    return Which(f"{found.data.name}, {found.split}", found.dataset, found.data, training=_trained_on(run), notes=tuple(notes_on(found)))


def _trained_on(run: Run) -> Sequence[Record] | None:
    """The training records, for what they are tagged with; None where the run's own data are not there any more."""
    try:
        return run.datasets["train"].records
    except UserError:
        return None
