"""From a recipe to data sets that are safe to train on: read, looked through, divided, checked for leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sightline.data.annotated import annotated_in
from sightline.data.contents import Content, contents
from sightline.data.dataset import ImageDataset
from sightline.data.decoy import VERSIONS, check_decoy, plant, unplanted
from sightline.data.guiding import guided_by
from sightline.data.leaks import Leak, find_leaks, near_duplicate_groups
from sightline.data.reading import read
from sightline.data.splits import annotated_subset, split
from sightline.data.survey import survey
from sightline.engine.pointing import check_point_into
from sightline.engine.same_data import check_same
from sightline.errors import UserError
from sightline.recipe import Recipe
from sightline.types import Record

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Prepared:
    """Data sets by split, class names, the rows of `split.csv`, what the leak check warned of and the reader noted, and the recipe with the
    scale of deep greys (`data.grey`) that was found."""

    datasets: dict[str, ImageDataset]
    classes: tuple[str, ...]
    table: list[dict[str, str]]
    warnings: list[str]
    recipe: Recipe
    notes: tuple[str, ...] = ()


def prepare(recipe: Recipe, progress: Progress | None = None) -> Prepared:
    """Everything about the data that can go wrong goes wrong here, before a training starts. A decoy is planted last.

    Raises:
        UserError: a broken file, a missing class, exact leaks, regions that `evaluate.point_into` or `data.roi` wants and does not find,
            masks that are not there, a list in `data.annotated` that does not fit, or a guided recipe without annotated training
            images.
    """
    data = recipe.data
    dataset = read(data)
    check_point_into(recipe.evaluate, dataset.records, dataset.classes)
    check_decoy(data.decoy, dataset.classes)
    found = survey(dataset.records, gaze_blur=data.gaze_blur, grey=data.grey, annotated_on=data.annotated_on, progress=progress)
    found.raise_problems()
    data = data.model_copy(update={"grey": found.grey})
    recipe = recipe.model_copy(update={"data": data})
    groups = near_duplicate_groups(dataset.records, found) if data.split.near_duplicates else None
    splits = split(dataset.records, data.split, groups)
    for name in ("train", "val"):
        if not splits.get(name):
            raise UserError(f"data {data.name}", f"has no images for {name!r}", "Set data.split.val, or mark them in the split column.")
    leaks = [] if data.leaks == "ignore" else find_leaks(splits, found)
    warnings = _judge(leaks, data.leaks)
    if data.leaks == "drop":
        splits = without_leaks(splits, leaks)
    held = contents([*_given(recipe, splits["train"]), *(r for name, records in splits.items() if name != "train" for r in records)])
    splits["train"] = _guided(recipe, splits["train"], progress)
    if data.annotated is not None:
        annotated = annotated_in(data.annotated.expanduser(), splits["train"])
    else:
        annotated = annotated_subset(splits["train"], data.annotated_fraction, data.roi.seed)
    if recipe.guided and not annotated:
        raise UserError(
            f"data {data.name}",
            f"recipe {recipe.name!r} is guided, but no training image is annotated",
            "Give masks, boxes, polygons or gaze for some images, or train a label-only recipe.",
        )
    splits = plant(splits, data, dataset.classes)
    table = [
        {
            "id": record.id,
            "split": name,
            "label": record.label,
            "group": (groups or {}).get(record.id, record.group or ""),
            "annotated": str(int(bool(record.annotations) and (name != "train" or record.id in annotated))),
            **held[_own_id(record.id, name, recipe)]._asdict(),
        }
        for name, records in splits.items()
        for record in records
    ]
    datasets = {name: _dataset(recipe, name, records, dataset.classes, annotated) for name, records in splits.items()}
    return Prepared(datasets, dataset.classes, table, warnings, recipe, dataset.notes)


def _guided(recipe: Recipe, records: list[Record], progress: Progress | None) -> list[Record]:
    """Training records with the annotations that `data.roi` chooses, looked through."""
    roi = recipe.data.roi
    for stage in recipe.stages:
        for name in ("roi", "decoy"):
            if getattr(recipe.at_stage(stage).data, name) != getattr(recipe.data, name):
                remedy = "Set it for the whole recipe, or train one run after the other with train.start."
                raise UserError(f"stage {stage.name!r}", f"data.{name} cannot change within a run", remedy)
    chosen = guided_by(records, roi, gaze_blur=recipe.data.gaze_blur)
    changed = [new for new, old in zip(chosen, records, strict=True) if new != old]
    survey(changed, gaze_blur=recipe.data.gaze_blur, grey=recipe.data.grey, progress=progress).raise_problems()
    return chosen


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
    records = {record.id: record for record in read(recipe.data).records}
    rows = unplanted(table, recipe.data.decoy)
    known = [{"id": row["id"], "label": row["label"]} for row in table]
    now = [{"id": row["id"], "label": records[own].label} for row in table if (own := _own_id(row["id"], row["split"], recipe)) in records]
    where, remedy = recipe.data.root or recipe.data.name, "Give the data it was trained on, or train again."
    check_same(known, now, where, remedy)
    splits: dict[str, list[Record]] = {}
    for id, name in rows:
        splits.setdefault(name, []).append(records[id])
    planted = plant(splits, recipe.data, classes)
    annotated = frozenset(row["id"] for row in table if row["split"] == "train" and row["annotated"] == "1")

    def check(name: str) -> None:
        before = [row for row in table if row["split"] == name and row.get("picture")]
        own = [records[_own_id(row["id"], name, recipe)] for row in before]
        held: dict[str, Content] = contents(_given(recipe, own) if name == "train" and own else own)
        check_same(before, [{"id": r["id"], **held[_own_id(r["id"], name, recipe)]._asdict()} for r in before], where, remedy)

    def make(name: str) -> ImageDataset:
        check(name)
        if name != "train":
            return _dataset(recipe, name, planted[name], classes, annotated)
        guided = guided_by(splits["train"], recipe.data.roi, gaze_blur=recipe.data.gaze_blur)
        return _dataset(recipe, name, plant(splits | {"train": guided}, recipe.data, classes)["train"], classes, annotated)

    return Restored(planted, make)


def _dataset(recipe: Recipe, name: str, records: list[Record], classes: tuple[str, ...], annotated: frozenset[str]) -> ImageDataset:
    training, seed = name == "train", recipe.train.seed
    return ImageDataset(records, classes, recipe.data, train=training, seed=seed, annotated=annotated if training else None)


def without_leaks(splits: dict[str, list[Record]], leaks: list[Leak]) -> dict[str, list[Record]]:
    """The splits without the images that leak exactly: each pair loses the one that is learned from, training before validation."""
    gone = set()
    for leak in leaks:
        sides = {leak.split_a: leak.a, leak.split_b: leak.b}
        if leak.exact:
            gone.add(sides.get("train") or sides.get("val"))
    return {name: [r for r in records if r.id not in gone] for name, records in splits.items()}


def _judge(leaks: list[Leak], mode: str) -> list[str]:
    """Warnings, or a refusal of exact leaks."""

    def pairs(some: list[Leak]) -> str:
        named = "; ".join(f"{k.a} ({k.split_a}) = {k.b} ({k.split_b}), {k.kind}" for k in some[:5])
        return named + (f"; and {len(some) - 5} more" if len(some) > 5 else "")

    exact = [leak for leak in leaks if leak.exact]
    if exact and mode == "refuse":
        remedy = "--set data.leaks=drop trains without the training images among them, --set data.leaks=warn with them."
        raise UserError("splits", f"{len(exact)} leaks between training and test images: {pairs(exact)}", remedy)
    dropped = f"{len(exact)} exact leaks are left out of the training: {pairs(exact)}"
    rest = [leak for leak in leaks if not leak.exact] if mode == "drop" else leaks
    warned = f"{len(rest)} possible leaks between splits: {pairs(rest)}"
    return [dropped] * bool(exact and mode == "drop") + [warned] * bool(rest)
