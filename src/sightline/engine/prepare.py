"""From a recipe to data sets that are safe to train on: read, looked through, divided, checked for leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sightline.data.contents import Content, contents
from sightline.data.dataset import ImageDataset
from sightline.data.findings import BETWEEN, marks_of
from sightline.data.guide.decoy import VERSIONS, plant, unplanted
from sightline.data.guide.guiding import guided_by
from sightline.data.guide.reviewed import REVIEWED, with_reviews
from sightline.data.look_through import Progress, look_through
from sightline.data.reading import read
from sightline.data.strata import few
from sightline.engine.calibration import check_calibration
from sightline.engine.same_data import check_same
from sightline.recipe import Recipe
from sightline.types import Record


@dataclass(frozen=True)
class Prepared:
    """Data sets by split, class names, the rows of `split.csv`, what the leak check warned of and the reader noted, and the recipe with the
    scale of deep greys (`data.grey`) that was found; and whether the classes are findings, of which an image can have several."""

    datasets: dict[str, ImageDataset]
    classes: tuple[str, ...]
    table: list[dict[str, str]]
    warnings: list[str]
    recipe: Recipe
    notes: tuple[str, ...] = ()
    several: bool = False


def prepare(recipe: Recipe, progress: Progress | None = None) -> Prepared:
    """Everything about the data that can go wrong goes wrong here, before a training starts, see `look_through`. A decoy is planted last.

    Raises:
        UserError: whatever is wrong with the data.
    """
    looked = look_through(recipe, progress)
    recipe, classes, annotated = looked.recipe, looked.dataset.classes, looked.annotated
    several = looked.dataset.several
    check_calibration(recipe.evaluate, 2 if several else len(classes), len(looked.kept.get("val", ())))
    held = contents([*_given(recipe, looked.kept["train"]), *(r for name, some in looked.kept.items() if name != "train" for r in some)])
    splits = plant(looked.kept | {"train": looked.guided}, recipe.data, classes, looked.kept["train"])
    table = [
        {
            "id": record.id,
            "split": name,
            "label": record.label,
            "group": looked.groups.get(record.id, record.group or ""),
            "annotated": str(int(bool(record.annotations) and (name != "train" or record.id in annotated))),
            **held[_own_id(record.id, name, recipe)]._asdict(),
            **({"marked": BETWEEN.join(_marked(record, name != "train" or record.id in annotated))} if several else {}),
        }
        for name, records in splits.items()
        for record in records
    ]
    datasets = {name: _dataset(recipe, name, records, classes, annotated) for name, records in splits.items()}
    rare = few(datasets["train"].balanced) if recipe.data.balance_by else []
    return Prepared(datasets, classes, table, [*looked.warnings, *looked.gaps, *rare], recipe, looked.dataset.notes, several)


def _marked(record: Record, used: bool) -> list[str]:
    """The findings whose place is known."""
    return [finding for finding in record.findings if used and marks_of(record, finding)]


def _given(recipe: Recipe, records: list[Record]) -> list[Record]:
    """Training records with the annotations that people or a network gave for them, before controls are made of these."""
    return guided_by(records, recipe.data.roi.model_copy(update={"control": None}), gaze_blur=recipe.data.gaze_blur)


def _own_id(id: str, split: str, recipe: Recipe) -> str:
    """The id of the image in the data set, without what the decoy adds."""
    return id.removesuffix(f"@{split}") if recipe.data.decoy is not None and split in VERSIONS else id


class Restored(Mapping[str, ImageDataset]):
    """Data sets by split, each made when it is asked for: masks that guided a training are missed only by who wants its training images."""

    def __init__(self, names: Iterable[str], make: Callable[[str], ImageDataset]) -> None:
        self._names, self._make = tuple(names), cache(make)

    def __getitem__(self, name: str) -> ImageDataset:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def restore(recipe: Recipe, table: Sequence[dict[str, str]], classes: tuple[str, ...]) -> Restored:
    """The data sets of an earlier run, divided as its `split.csv` says.

    Raises:
        UserError: images that the run knew are not there any more, or have another label; when the images of a split are asked for, that
            their pictures or annotations have changed (a run of an earlier version did not keep what this needs).
    """
    records = {record.id: record for record in read(recipe.data, several=True).records}
    rows = unplanted(table, recipe.data.decoy)
    known = [{"id": row["id"], "label": row["label"]} for row in table]
    now = [{"id": row["id"], "label": records[own].label} for row in table if (own := _own_id(row["id"], row["split"], recipe)) in records]
    where, remedy = recipe.data.root or recipe.data.name, "Give the data it was trained on, or train again."
    check_same(known, now, where, remedy)
    splits: dict[str, list[Record]] = {}
    for id, name in rows:
        splits.setdefault(name, []).append(records[id])
    planted = plant(splits, recipe.data, classes)

    @cache
    def reviewed() -> dict[str, list[Record]]:
        """The splits as the reviews change them; they are read when images are asked for that they may change."""
        if recipe.data.reviews is None:
            return splits
        now, _ = with_reviews(splits, list(records.values()), recipe.data)
        changed = {record.id: record for name in REVIEWED for record in now.get(name, ())}
        return {name: [changed.get(record.id, record) for record in some] for name, some in splits.items()}

    annotated = frozenset(row["id"] for row in table if row["split"] == "train" and row["annotated"] == "1")
    shared = {r.id for r in splits.get("val", ())} & {r.id for r in splits.get("test", ())}  # a decoy's versions of validation images
    may_change = (*REVIEWED, *VERSIONS) if shared else REVIEWED

    def check(name: str) -> None:
        before = [row for row in table if row["split"] == name and row.get("picture")]
        given = {record.id: record for some in reviewed().values() for record in some} if name in may_change else records
        own = [given[_own_id(row["id"], name, recipe)] for row in before]
        held: dict[str, Content] = contents(_given(recipe, own) if name == "train" and own else own)
        check_same(before, [{"id": r["id"], **held[_own_id(r["id"], name, recipe)]._asdict()} for r in before], where, remedy)

    def make(name: str) -> ImageDataset:
        check(name)
        if name not in may_change:
            return _dataset(recipe, name, planted[name], classes, annotated)
        own = reviewed()
        guided = {"train": guided_by(own["train"], recipe.data.roi, gaze_blur=recipe.data.gaze_blur)} if name == "train" else {}
        return _dataset(recipe, name, plant(own | guided, recipe.data, classes, own["train"])[name], classes, annotated)

    return Restored(planted, make)


def _dataset(recipe: Recipe, name: str, records: list[Record], classes: tuple[str, ...], annotated: frozenset[str]) -> ImageDataset:
    training, seed = name == "train", recipe.train.seed
    return ImageDataset(records, classes, recipe.data, train=training, seed=seed, annotated=annotated if training else None)
