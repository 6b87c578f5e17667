"""What a study asks of its data, looked at before the first training and not after the last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.attention.pretrained import check_weights
from sightline.config import Data, Roi
from sightline.data.divide import belongs, values_of
from sightline.data.guide.decoy import check_decoy, plant
from sightline.data.guide.guiding import named
from sightline.data.lacking import lacking, selects
from sightline.data.problems import refuse
from sightline.data.reading import Dataset, read
from sightline.data.several import check_several, for_several
from sightline.data.splits import split, used
from sightline.data.survey import Survey
from sightline.errors import UserError, nearest
from sightline.recipe import Recipe
from sightline.study.cells import Cell, Drawing
from sightline.study.plan import Plan
from sightline.study.score_names import ENERGY, REMOVED, group_of, measure_of, tag_of
from sightline.study.trials import check_search
from sightline.tag_groups import name_of
from sightline.types import Record


def check_data(plan: Plan, found: Sequence[Cell]) -> None:
    """Refuses splits and tags that the data does not have, of the arms and of the search. The data of the lowest seed stands for that of
    all seeds.

    Raises:
        UserError: a split without images; a class that is not trained on; a score of a tag that no image of a split has; whatever is wrong
            with the list of images; pretrained weights that are not there.
    """
    for backbone in {cell.recipe.backbone.model_dump_json(): cell.recipe.backbone for cell in found}.values():
        check_weights(backbone)
    # regions for training, and which of them are used, change neither, so most arms share what is looked at
    guiding = {"roi": Roi(), "annotated": None, "annotated_fraction": 1}
    lowest = min((cell.seed for cell in found), default=0)
    whole = [cell.recipe.model_copy(update={"data": cell.recipe.data.model_copy(update=guiding)}) for cell in found if cell.seed == lowest]
    for recipe in {(r.data.model_dump_json(), tuple(selects(r)), r.attention.name): r for r in whole}.values():
        _check(plan, recipe)
    drawn = [(cell, cell.drawing) for cell in found if cell.seed == lowest and cell.drawing is not None]
    for cell, drawing in {drawing.name: (cell, drawing) for cell, drawing in drawn}.values():
        _check_drawing(f"{plan.name}: arm {cell.arm!r}: draw", cell.recipe.data, drawing)
    if search := plan.search:
        judged = {"name": f"{plan.name}: search", "search": None, "splits": (search.split,), "scores": (search.score,)}
        check_data(plan.model_copy(update=judged), check_search(plan, search))


def _check_drawing(where: str, data: Data, drawing: Drawing) -> None:
    if data.annotated is None and data.annotated_fraction == 1:
        records = read(data).records
        if all((named(record, data.roi.of) if data.roi.of else record).annotations for record in records):
            raise UserError(where, "all images are annotated, so none is left to draw on", "Set data.annotated_fraction of the arm.")
    from sightline.pseudo.segmenter import Segmenter  # takes seconds to import, and few plans draw

    try:
        Segmenter(drawing.settings["encoder"])
    except UserError as error:
        raise UserError(f"{where}: {error.where}", error.reason, error.remedy) from None


def _check(plan: Plan, recipe: Recipe) -> None:
    data = recipe.data
    dataset = read(data, several=True)
    if dataset.several:
        check_several(for_several(recipe))
    check_decoy(data.decoy, dataset.classes)
    divided = used(split(dataset.records, data.split), data.split)
    refuse(lacking(recipe, divided, dataset.classes, Survey({}, [])))
    splits = plant(divided, data, dataset.classes)
    for name in plan.splits:
        records = splits.get(name)
        if not records:
            there = [other for other, members in splits.items() if members]
            raise UserError(f"{plan.name}: splits", f"data {data.name} has no images for {name!r}", nearest(name, there))
        tags = sorted({tag for record in records for tag, value in record.tags.items() if isinstance(value, bool | np.bool_)})
        for score in plan.scores_on(name):
            _check_score(plan, dataset, name, records, score, tags)


def _check_score(plan: Plan, dataset: Dataset, split: str, records: Sequence[Record], score: str, tags: Sequence[str]) -> None:
    """Refuses a score that cannot be taken on a split."""
    where = f"{plan.name}: score {score!r}"
    if dataset.several and (measure_of(score) or score.startswith(("worst_group", "accuracy_gap"))):
        raise UserError(where, "is for one label per image, and these images have several findings", "Leave it out.")
    if measure_of(score) in (ENERGY, REMOVED) and not any(mark.kind != "nothing" for record in records for mark in record.avoid):
        raise UserError(
            where, f"no image of {split!r} has an artefact marked", "Leave the score out, or use a data set with marked artefacts."
        )
    if group_of(score):
        _check_group(where, score, records, split)
        return
    known = [*tags, *(dataset.classes if dataset.several else ())]
    if (tag := tag_of(score)) and tag not in known:
        what = "tag or finding" if dataset.several else "tag"
        remedy = nearest(tag, known) if known else "The data have no such tags; leave the score out."
        raise UserError(where, f"no image of {split!r} has the {what} {tag!r}", remedy)


def _check_group(where: str, score: str, records: Sequence[Record], split: str) -> None:
    """Refuses a group without images, such as that of a misspelt value."""
    group = tag_of(score)
    if (belongs(records, group) == (0.0 if "[!" in score else 1.0)).any():
        return
    tag, _, wanted = group.partition("=")
    there = {name_of(value) for value in values_of(records, tag) if value is not None}
    if not there:
        tags = {name for record in records for name in record.tags}
        remedy = nearest(tag, tags) if tags else "The data have no tags; leave the score out."
        raise UserError(where, f"no image of {split!r} has a known tag {tag!r}", remedy)
    reason = f"no image of {split!r} is {'outside' if '[!' in score else 'in'} the group {group!r}"
    raise UserError(where, reason, nearest(wanted, sorted(there)[:20]))
