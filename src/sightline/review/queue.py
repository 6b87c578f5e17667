"""A queue: images to be looked at in an order that a file gives, as `annotate-next` writes it, whether the run has answered them or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from sightline.data.dataset import ImageDataset
from sightline.engine.evaluate import Observed, observe
from sightline.engine.read_files import read_table
from sightline.engine.run import Attention, Predictions, Run
from sightline.errors import UserError
from sightline.review.cases import key_of

_REMEDY = "Give the file next.csv that `sightline.annotate_next(run, budget=50)` wrote for this run, or a table with a column id."


class Queued(Run):
    """A run whose evaluated splits are those of the run, and beside them the images of a queue alone.

    Images that the run was not evaluated on are shown to the network once, when something is asked of them; nothing is written.

    Args:
        run: the run, with its device.
        file: a table with a column `id`, first things first.
        shown: splits that are shown whole; None: all that were evaluated.

    Attributes:
        keys: of the cases in the queue, in their order.

    Raises:
        UserError: the file cannot be read, is empty, or names an image that the data set does not have.
    """

    def __init__(self, run: Run, file: Path, shown: Sequence[str] | None = None) -> None:
        super().__init__(run.path, str(run.device), run.root)
        self.own = run
        evaluated = run.every_prediction()
        self._whole = tuple(shown or evaluated)
        places = self._placed(file)
        self.keys = tuple(key_of(split, id) for split, id in places)
        self._added: dict[str, list[str]] = {}  # of splits that are not shown whole
        for split, id in places:
            if split not in self._whole:
                self._added.setdefault(split, []).append(id)
        self.shown = (*self._whole, *self._added)

    def _placed(self, file: Path) -> list[tuple[str, str]]:
        """Split and id of each image, each once."""
        rows = read_table(file, ["id"], _REMEDY)
        if not rows:
            raise UserError(file, "names no image", _REMEDY)
        split_of: dict[str, str] = {}
        for split, dataset in self.datasets.items():
            for record in dataset.records:
                split_of.setdefault(record.id, split)
        for row in rows:
            if row["id"] not in split_of:
                raise UserError(f"{file} line {row.line}", f"names image {row['id']!r}, which is not among those of {self.path}", _REMEDY)
        return list(dict.fromkeys((split_of[row["id"]], row["id"]) for row in rows))

    @cached_property
    def datasets(self) -> Mapping[str, ImageDataset]:
        """Those of the run."""
        return self.own.datasets

    @cached_property
    def _answered(self) -> Mapping[str, tuple[Predictions, Attention | None]]:
        """The answers to the images that are added."""
        return {split: self._answers(split, ids) for split, ids in self._added.items()}

    def _answers(self, split: str, ids: Sequence[str]) -> tuple[Predictions, Attention | None]:
        if split in (kept := self.own.every_prediction()):
            said, looked = kept[split], self.own.attention(split)
            at = np.array([said.ids.index(id) for id in ids])
            return Predictions(list(ids), said.labels[at], said.probabilities[at]), _of(looked, ids) if looked else None
        found = self._asked(split, ids)
        return found.predictions, found.attention

    def _asked(self, split: str, ids: Sequence[str]) -> Observed:
        dataset = self.datasets[split]
        wanted = {record.id: record for record in dataset.records}
        data = dataset.data.model_copy(update={"cache": False})
        images = ImageDataset([wanted[id] for id in ids], dataset.classes, data, train=False)
        return observe(self.own.classifier(), images, self.recipe, lambda said: self.decision)

    def every_prediction(self) -> dict[str, Predictions]:
        """Of the splits that are shown, and of the images that are added."""
        own = self.own.every_prediction()
        return {split: own[split] for split in self._whole if split in own} | {split: said for split, (said, _) in self._answered.items()}

    def attention(self, split: str) -> Attention | None:
        """Where the run looked on the images of a split that are shown."""
        return self._answered[split][1] if split in self._answered else self.own.attention(split)


def _of(looked: Attention, ids: Sequence[str]) -> Attention:
    """Where a run looked on some of the images of a split."""
    at = np.array([looked.ids.index(id) for id in ids])
    maps, said = ({name: raw[at] for name, raw in every.items()} for every in (looked.maps, looked.said))
    return Attention(list(ids), looked.known[at], looked.explained[at], maps, said, looked.decided[at])
