"""A data set is read, looked through, divided and checked: by `train`, which stops at a problem, and by `data check`, which lists them all.

Both go this one way, so that neither sees what the other does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sightline.data.divide import settled
from sightline.data.guide.annotated import annotated_in
from sightline.data.guide.decoy import check_decoy
from sightline.data.guide.guiding import guided_by
from sightline.data.guide.reviewed import remarks_on, with_reviews
from sightline.data.lacking import gaps, lacking
from sightline.data.leaks import Compared, compare, find_leaks, near_duplicate_groups
from sightline.data.problems import Several, refuse
from sightline.data.reading import Dataset, look
from sightline.data.several import check_several, for_several
from sightline.data.splits import annotated_subset, split, used
from sightline.data.surroundings import pasted_artefacts
from sightline.data.survey import Survey, exchanged, survey
from sightline.errors import UserError, nearest
from sightline.paths import expanded
from sightline.recipe import Recipe
from sightline.results.data_check import Leak, Reviews
from sightline.types import Record

REHEARSAL = "A rehearsal: every test image is left out; what is called matched, flipped or removed are validation images"
SEVERAL = "An image can have several findings, so the class loss is binary_cross_entropy in place of cross_entropy"
Progress = Callable[[int, int], None]
Meet = Callable[[Sequence[UserError]], None]
Splits = dict[str, list[Record]]


@dataclass(frozen=True)
class Looked:
    """What came out.

    Attributes:
        recipe: with the scale of deep greys (`data.grey`) that was found, and with the class loss that several findings need.
        survey: facts of the images, with the annotations as they were given.
        groups: id -> group of what looks alike, where `data.split.near_duplicates` asks for it.
        divided: records by split, as the owner gave them or the settings cut them; only the owner's where they could not be cut.
        compared: all images by their looks, with these splits; None where nothing asks for it.
        leaks: between these splits; none where `data.leaks=ignore`.
        kept: `divided` without the leaks that `data.leaks=drop` leaves out.
        guided: its training records with the annotations that guide them.
        annotated: ids of the training images whose annotations are used.
        warnings: leaks, and masks that look inverted, of which a training speaks and does not refuse them.
        reviews: what became of `data.reviews`.
        gaps: classes that a split besides train does not show, in sentences.
    """

    recipe: Recipe
    dataset: Dataset
    survey: Survey
    groups: dict[str, str] = field(default_factory=dict)
    divided: Splits = field(default_factory=dict)
    compared: Compared | None = None
    leaks: list[Leak] = field(default_factory=list)
    kept: Splits = field(default_factory=dict)
    guided: list[Record] = field(default_factory=list)
    annotated: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    reviews: Reviews | None = None


class Collected(list[UserError]):
    """Problems instead of refusals, each once. To be called with what was met."""

    def __call__(self, problems: Sequence[UserError]) -> None:
        said = {str(problem) for problem in self}
        self += {str(problem): problem for problem in problems if str(problem) not in said}.values()


def look_through(recipe: Recipe, progress: Progress | None = None, meet: Meet = refuse) -> Looked:
    """Everything about the data that can go wrong goes wrong here.

    Args:
        progress: called with (done, total) while images are looked through.
        meet: gets the problems of each step. `refuse` raises what a training says; a `Collected` keeps them and goes on as well as it can.

    Raises:
        UserError: by `meet`: a broken file, a missing class, exact leaks, regions that `evaluate.point_into` or `data.roi` wants, or a tag
            that `evaluate.by` wants, and does not find, masks that are not there, a list in `data.annotated` that does not fit, or a guided
            recipe without annotated training images.
    """
    data = recipe.data
    dataset = Dataset([], ())
    with _meeting(meet):
        dataset, problems = look(data)
        meet(problems)
    if not dataset.records:
        return Looked(recipe, dataset, Survey({}, []))
    recipe, given = (for_several(recipe) if dataset.several else recipe), recipe
    if recipe != given:
        dataset = replace(dataset, notes=(*dataset.notes, SEVERAL))
    if data.split.rehearse:
        dataset = replace(dataset, notes=(*dataset.notes, REHEARSAL))
    for check in (_check_stages, check_point_into, _check_by, _check_several, _check_decoy, _check_artefacts):
        with _meeting(meet):
            check(recipe, dataset)
    seen = survey(
        dataset.records,
        gaze_blur=data.gaze_blur,
        grey=data.grey,
        channels=data.channels,
        annotated_on=data.annotated_on,
        progress=progress,
    )
    meet(seen.problems)
    recipe = recipe.model_copy(update={"data": data.model_copy(update={"grey": seen.grey})})
    groups = near_duplicate_groups(dataset.records, seen) if data.split.near_duplicates else {}
    divided: Splits = {}
    with _meeting(meet):
        divided = split(dataset.records, data.split, groups)
    whole = bool(divided)
    if not whole:
        for record in dataset.records if data.split.owner else ():
            divided.setdefault(record.split or "not divided", []).append(record)
    split_of = {record.id: name for name, some in divided.items() for record in some}
    # where leaks do not matter the comparison is left out, unless it is to be reported
    compared = None if data.leaks == "ignore" and meet is refuse else compare(dataset.records, seen, split_of)
    leaks = [] if data.leaks == "ignore" else find_leaks(divided, seen, compared)
    kept = used(without_leaks(divided, leaks) if data.leaks == "drop" else divided, data.split)
    dropped = sum(map(len, used(divided, data.split).values())) - sum(map(len, kept.values()))
    reviews = None
    if data.reviews is not None:
        with _meeting(meet):
            kept, reviews = with_reviews(kept, dataset.records, data)
            dataset = replace(dataset, notes=(*dataset.notes, *remarks_on(reviews, data)))
            seen = _seen_again(recipe, dataset.records, kept, seen, meet)
    if whole:
        meet(lacking(recipe, kept, dataset.classes, seen, dropped))
    warnings = [*judged(leaks, data.leaks, meet), *exchanged(dataset.records, seen.facts)]
    guided, annotated = kept.get("train", []), frozenset[str]()
    if guided:
        with _meeting(meet):
            guided = _guided(recipe, guided, progress, meet)
        with _meeting(meet):
            annotated = _annotated(recipe, guided)
    open_ones = gaps(kept, dataset.classes)
    return Looked(recipe, dataset, seen, groups, divided, compared, leaks, kept, guided, annotated, warnings, open_ones, reviews)


@contextmanager
def _meeting(meet: Meet) -> Iterator[None]:
    """Hands a refusal on; what was to be made within is not there then."""
    try:
        yield
    except Several as several:
        meet(several.problems)
    except UserError as error:
        meet([error])


def _check_stages(recipe: Recipe, _: Dataset) -> None:
    for stage in recipe.stages:
        for name in ("roi", "decoy"):
            if getattr(recipe.at_stage(stage).data, name) != getattr(recipe.data, name):
                remedy = "Set it for the whole recipe, or train one run after the other with train.start."
                raise UserError(f"stage {stage.name!r}", f"data.{name} cannot change within a run", remedy)


def check_point_into(recipe: Recipe, dataset: Dataset) -> None:
    """Refuses classes and regions in `evaluate.point_into` that the data set does not have; `engine/evaluate.py` scores the others.

    Raises:
        UserError: an unknown class or region, or maps that are not the labelled class's.
    """
    settings = recipe.evaluate
    known = {name for record in dataset.records for name in record.regions}
    for label, regions in settings.point_into.items():
        where = f"evaluate.point_into.{label}"
        if label not in dataset.classes:
            raise UserError(where, f"unknown class {label!r}", nearest(label, dataset.classes))
        for name in regions:
            if name not in known:
                remedy = nearest(name, known) if known else "This data set has no named regions: leave evaluate.point_into out."
                raise UserError(where, f"no image has a region {name!r}", remedy)
    if settings.point_into and settings.explain != "label":
        raise UserError("evaluate.point_into", "asks about the map of the labelled class", "Set evaluate.explain=label.")


def _check_by(recipe: Recipe, dataset: Dataset) -> None:
    settled(recipe.evaluate.by, dataset.records, "evaluate.by")


def _check_several(recipe: Recipe, dataset: Dataset) -> None:
    if dataset.several:
        check_several(recipe)


def _check_decoy(recipe: Recipe, dataset: Dataset) -> None:
    check_decoy(None if dataset.several else recipe.data.decoy, dataset.classes)


def _check_artefacts(recipe: Recipe, _: Dataset) -> None:
    for stage in [recipe.at_stage(stage) for stage in recipe.stages] or [recipe]:
        pasted_artefacts(stage.data)


def _guided(recipe: Recipe, records: list[Record], progress: Progress | None, meet: Meet) -> list[Record]:
    """Training records with the annotations that `data.roi` chooses, looked through."""
    chosen = guided_by(records, recipe.data.roi, gaze_blur=recipe.data.gaze_blur)
    changed = [new for new, old in zip(chosen, records, strict=True) if new != old]
    data = recipe.data
    meet(survey(changed, gaze_blur=data.gaze_blur, grey=data.grey, channels=data.channels, progress=progress).problems)
    return chosen


def _seen_again(recipe: Recipe, before: Sequence[Record], kept: Splits, seen: Survey, meet: Meet) -> Survey:
    """What was seen of the images, with the annotations that reviews have changed."""
    old, data = {record.id: record for record in before}, recipe.data
    changed = [record for some in kept.values() for record in some if record != old[record.id]]
    again = survey(changed, gaze_blur=data.gaze_blur, grey=data.grey, channels=data.channels, annotated_on="upright")
    meet(again.problems)
    return replace(seen, facts={**seen.facts, **again.facts}, remarks=[*seen.remarks, *again.remarks])


def _annotated(recipe: Recipe, training: list[Record]) -> frozenset[str]:
    data = recipe.data
    if data.annotated is not None:
        annotated = annotated_in(expanded(data.annotated), training)
    else:
        annotated = annotated_subset(training, data.annotated_fraction, data.roi.seed)
    if recipe.guided and not annotated and not any(record.avoid and not record.annotations for record in training):
        raise UserError(
            f"data {data.name}",
            f"recipe {recipe.name!r} is guided, but no training image is annotated",
            "Give masks, boxes, polygons or gaze for some images, or train a label-only recipe.",
        )
    return annotated


def without_leaks(splits: Splits, leaks: Sequence[Leak]) -> Splits:
    """The splits without the images that leak exactly: each pair loses the one that is learned from, training before validation."""
    gone = set()
    for leak in leaks:
        sides = {leak.split_a: leak.a, leak.split_b: leak.b}
        if leak.exact:
            gone.add(sides.get("train") or sides.get("val"))
    return {name: [r for r in records if r.id not in gone] for name, records in splits.items()}


def judged(leaks: Sequence[Leak], mode: str, meet: Meet = refuse) -> list[str]:
    """Warnings, or a refusal of exact leaks."""
    exact = [leak for leak in leaks if leak.exact]
    if exact and mode == "refuse":
        remedy = "`data.leaks=drop` trains without the training images among them, `data.leaks=warn` with them."
        meet([UserError("splits", f"{len(exact)} leak{'s' * (len(exact) > 1)} between training and test images: {_pairs(exact)}", remedy)])
    dropped = f"{len(exact)} exact leaks are left out of the training: {_pairs(exact)}"
    rest = leaks if mode == "warn" else [leak for leak in leaks if not leak.exact]
    warned = f"{len(rest)} possible leaks between splits: {_pairs(rest)}"
    return [dropped] * bool(exact and mode == "drop") + [warned] * bool(rest)


def _pairs(leaks: Sequence[Leak]) -> str:
    named = "; ".join(f"{k.a} ({k.split_a}) = {k.b} ({k.split_b}), {k.kind}" for k in leaks[:5])
    return named + (f"; and {len(leaks) - 5} more" if len(leaks) > 5 else "")
