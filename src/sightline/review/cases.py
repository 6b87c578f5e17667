"""The cases of a run: every image that it was evaluated on, with what it says of it and where it looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256

import numpy as np

from sightline.data.dataset import ImageDataset
from sightline.data.roots import image_name
from sightline.engine.elsewhere import Elsewhere
from sightline.engine.read_files import read_json
from sightline.engine.run import Run
from sightline.engine.run_folder import AGAIN
from sightline.engine.run_forms import Model
from sightline.errors import UserError, nearest
from sightline.review.maps import Maps
from sightline.review.places import Place, places_of
from sightline.types import Record

_CHOICES = 12  # most values of a tag that can be chosen from


@dataclass(frozen=True)
class Case:
    """An image and what a run says of it.

    Attributes:
        key: by which pages address it, made of split and id.
        image: path of the picture relative to the folder of the data; the id of a drawn picture.
        probabilities: calibrated where the run keeps a calibration.
        annotated: whether an expert marked something, or said that there is nothing to mark.
        group: patient or lesion of which there may be several images; empty where it is not known.
    """

    key: str
    split: str
    id: str
    image: str
    label: str
    decided: str
    probabilities: tuple[float, ...]
    probability: float
    annotated: bool
    tags: Mapping[str, str]
    group: str = ""

    @property
    def stored(self) -> tuple[str, str]:
        """Split and id as judgements name them: what is no character, as in names of files that are not UTF-8, is written out."""
        return self.split, self.id.encode("utf-8", "backslashreplace").decode()

    @property
    def right(self) -> bool:
        """Whether the decision is the label."""
        return self.decided == self.label


class Cases(Sequence[Case]):
    """The cases of some splits of a run.

    Args:
        splits: None: all that were evaluated.
        queue: keys of cases that are to be looked at, in this order, see `queue`.

    Raises:
        UserError: images have several findings, a split was not evaluated, or the data cannot be read.
    """

    def __init__(self, run: Run, splits: Sequence[str] | None = None, queue: Sequence[str] = ()) -> None:
        run.require_one_label()
        self.run, said = run, run.every_prediction()
        if not said:
            run.predictions("test")  # says how to evaluate it
        for name in splits or ():
            if name not in said:
                raise UserError(f"split {name!r}", f"was not evaluated by {run.path}", nearest(name, said))
        self.splits = tuple(splits or said)
        self.classes, self.name = run.classes, run.name
        self.model = read_json(run.home / "model.json", Model, AGAIN).sha256
        self.root = run.found.data.root if isinstance(run, Elsewhere) else run.root or run.recipe.data.root
        self.maps = Maps(run, self.splits)
        self._records = {split: self._placed(split) for split in self.splits}
        self._cases = [case for split in self.splits for case in self._of_split(split)]
        self.by_key = {case.key: place for place, case in enumerate(self._cases)}
        self.queue = {key: rank for rank, key in enumerate(queue)}

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, place: int) -> Case:  # type: ignore[override]  # one at a time
        return self._cases[place]

    def dataset(self, case: Case) -> ImageDataset:
        """The images among which the case is."""
        return self.run.datasets[case.split]

    def record(self, case: Case) -> Record:
        """Where picture and annotations come from."""
        return self.dataset(case).records[self.at(case)]

    def at(self, case: Case) -> int:
        """The place of the image among those of its split."""
        return self._records[case.split][case.id]

    def _placed(self, split: str) -> dict[str, int]:
        return {record.id: place for place, record in enumerate(self.run.datasets[split].records)}

    def _of_split(self, split: str) -> list[Case]:
        said, decision = self.run.predictions(split), self.run.decision
        shown, decided = decision.shown(said.probabilities), decision(said.probabilities)
        self.run.pictures(split, [])  # says so where the split has no images
        records, found = self.run.datasets[split].records, []
        for i, name in enumerate(said.ids):
            if name not in self._records[split]:
                self.run.pictures(split, [name])  # says that the image is not there
            record = records[self._records[split][name]]
            found.append(
                Case(
                    key_of(split, name),
                    split,
                    name,
                    image_name(record, self.root),
                    self.classes[said.labels[i]],
                    self.classes[decided[i]],
                    tuple(float(p) for p in shown[i]),
                    float(shown[i][decided[i]]),
                    bool(record.annotations),
                    {tag: _words(value) for tag, value in record.tags.items()},
                    record.group or "",
                )
            )
        return found

    def places(self) -> dict[str, partial[dict[str, Place]]]:
        """Key -> what gives the places where the maps look, of the annotated cases."""
        given = {}
        for case in self if self.maps.names else ():
            found = {name: self.maps.of(case.split, case.id, name) for name in self.maps.names}
            maps = {name: raw for name, raw in found.items() if raw is not None}
            if case.annotated and maps:
                given[case.key] = partial(places_of, maps, self.record(case), self.dataset(case))
        return given

    # what can be chosen from

    @cached_property
    def tags(self) -> Mapping[str, tuple[str, ...]]:
        """Tag -> its values, of tags with a few values each."""
        values: dict[str, Counter[str]] = {}
        for case in self:
            for tag, value in case.tags.items():
                values.setdefault(tag, Counter())[value] += 1
        return {tag: tuple(sorted(found)) for tag, found in sorted(values.items()) if 1 < len(found) <= _CHOICES}


def key_of(split: str, id: str) -> str:
    """What addresses a case: digits that hold no path, and stay the same when the run is evaluated again."""
    return sha256(f"{split}\0{id}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _words(value: object) -> str:
    """A tag's value for people.

    >>> _words(True), _words(3.50), _words("left")
    ('yes', '3.5', 'left')
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
