"""A run on another data set, for everything that reads what a run answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from sightline.data.dataset import ImageDataset
from sightline.engine.by_tags import groups_elsewhere
from sightline.engine.calibration import kept_sets, settings_of
from sightline.engine.evaluate import Observed, observe, score
from sightline.engine.other_data import OtherData, other_data
from sightline.engine.run import Attention, Predictions, Run
from sightline.errors import UserError
from sightline.results.scores import SplitScores, Thresholds
from sightline.types import Record


class Elsewhere(Run):
    """A run whose scores, answers, maps and pictures are those of another data set.

    It has one scored split, which is named after that data set. Weights, thresholds, calibration, recipe and history are the run's own. The
    images are shown to the network once, when something is asked of them; nothing is written.

    Args:
        run: the run, with its device.
        found: the other data set, read for this run.
        coverage: of conformal sets; None: as the recipe says.
        by: tags by which groups are scored; None: those of the recipe that the data set has.

    Attributes:
        split: `NAME, PART`, the name of the split.
        divided: the groups by which it is scored.
    """

    def __init__(self, run: Run, found: OtherData, coverage: float | None = None, by: Sequence[str] | None = None) -> None:
        super().__init__(run.path, str(run.device), run.root)
        self.found, self.own = found, run
        self.split = f"{found.data.name}, {found.split}"
        self._coverage = settings_of(run, coverage).coverage
        self.divided, self._without = groups_elsewhere(run, found.dataset.records, by)

    @property
    def scores(self) -> dict[str, SplitScores]:
        """Of the other data set alone."""
        return {self.split: self._scores}

    @cached_property
    def _scores(self) -> SplitScores:
        sets = kept_sets(self.own, self._coverage)
        return score(self._observed, self.found.dataset, self.recipe, self.thresholds, sets, self.divided)

    @cached_property
    def _observed(self) -> Observed:
        return observe(self.own.classifier(), self.found.dataset, self.recipe, lambda said: self.decision)

    @property
    def thresholds(self) -> Thresholds | None:
        """Those of the run."""
        return self.own.thresholds

    def every_prediction(self) -> dict[str, Predictions]:
        """For the images of the other data set."""
        return {self.split: self._observed.predictions}

    def attention(self, split: str) -> Attention | None:
        """Where the run looked on the images of the other data set; None for a source without maps."""
        self.predictions(split)  # refuses another split
        return self._observed.attention

    @cached_property
    def datasets(self) -> Mapping[str, ImageDataset]:
        """The other data set; and the training images, where they can be read."""
        there = {self.split: self.found.dataset}
        try:
            return there | {"train": self.own.datasets["train"]}
        except UserError:  # the run's own data are not there any more
            return there

    def groups(self, ids: Sequence[str]) -> np.ndarray | None:
        """Patient or lesion of each image; None if no two images share one."""
        group = {record.id: record.group or record.id for record in self.found.dataset.records}
        found = np.array([group[i] for i in ids])
        return found if len(set(found.tolist())) < len(found) else None

    @property
    def split_table(self) -> Sequence[dict[str, str]]:
        """Rows of the other data set; and of the training images, where they can be read."""
        own = [row for row in self.own.split_table if row["split"] == "train"] if "train" in self.datasets else []
        return [*own, *map(self._row, self.found.dataset.records)]

    def _row(self, record: Record) -> dict[str, str]:
        annotated = str(int(bool(record.annotations)))
        return {"id": record.id, "split": self.split, "label": record.label, "group": record.group or "", "annotated": annotated}

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known to read the scores: how labels were matched, what is left out or lacking."""
        without = (f"The data set says nothing of {tag}, so there are no groups of it." for tag in self._without)
        return (*notes_on(self.found), *without)


def elsewhere(
    run: Run,
    name: str | None = None,
    root: Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
) -> Elsewhere:
    """The run on another data set.

    Args:
        name, root, split, classes: see `other_data`.
        coverage, by: see `Elsewhere`.

    Raises:
        UserError: see `other_data`.
    """
    return Elsewhere(run, other_data(run, name, root, split, classes), coverage, by)


def all_elsewhere(
    runs: Sequence[Run],
    data: str,
    root: str | Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    by: Sequence[str] | None = None,
) -> list[Elsewhere]:
    """Several runs on one other data set, see `elsewhere`."""
    return [elsewhere(run, data, None if root is None else Path(root), split, classes, by=by) for run in runs]


def notes_of(runs: Sequence[Run]) -> tuple[str, ...]:
    """What has to be known of the other data set, each once; empty where the runs are on their own images."""
    return tuple(dict.fromkeys(note for run in runs if isinstance(run, Elsewhere) for note in run.notes))


def notes_on(found: OtherData) -> Iterator[str]:
    """How labels were matched, what is left out or lacking."""
    if renamed := [f"{label} as {name}" for label, name in found.matched.items() if label.casefold() != name.casefold()]:
        yield f"Labels are read as classes of the run: {', '.join(renamed)}."
    if found.left_out:
        listed = ", ".join(f"{label} ({count} image{'s' * (count != 1)})" for label, count in found.left_out.items())
        yield f"Labels that are not classes of the run are left out: {listed}."
    if found.lacking:
        yield f"The data set has no image of the class {', '.join(found.lacking)}, which no score takes into account."
    if found.seen_in_training:
        shown = ", ".join(found.seen_in_training[:3]) + (", ..." if len(found.seen_in_training) > 3 else "")
        yield f"{len(found.seen_in_training)} of the images are training images of the run, so the scores are too good: {shown}."
