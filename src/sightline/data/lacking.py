"""Checks what a split lacks for a training: classes to learn, and what the score that chooses the best epoch is measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sightline.data.findings import shown
from sightline.data.survey import Survey
from sightline.errors import UserError, nearest
from sightline.plural import count
from sightline.recipe import Recipe
from sightline.types import Record

Splits = Mapping[str, Sequence[Record]]
LAST = "last"
SCORES = ("accuracy", "auc", "balanced_accuracy", "epg", "loss", "total")  # that an epoch is judged by, as `val/<score>`
EVERY_CLASS = ("auc", "balanced_accuracy")  # means over the classes, or over pairs of them: an absent one would be left out unsaid
AFTER_DROP = "Correct the split, or train with data.leaks=warn."
OTHERWISE = "or choose the epoch by another score: `train.select=val/loss` and `train.select_mode=min`, or `train.select=last`."


def lacking(recipe: Recipe, splits: Splits, classes: Sequence[str], seen: Survey, dropped: int = 0) -> list[UserError]:
    """Everything for which a division cannot be trained on.

    Args:
        splits: as they are trained on, after leaks were left out.
        seen: of all records; empty where nothing was looked through, and regions are not asked for then.
        dropped: images that were left out of them because they leak.
    """
    where = f"data {recipe.data.name}"
    blame = f" once data.leaks=drop has left out {count(dropped, 'image')}" if dropped else ""
    found = []
    for name in ("train", "val") if watches(recipe) else ("train",):
        if not splits.get(name):
            way = "Set data.split.val, or mark them in the split column"
            way += "; without validation images, train with train.select=last." if name == "val" else "."
            remedy = "Train with data.leaks=warn, or correct the split." if dropped else way
            found.append(UserError(where, f"has no images for {name!r}{blame}", remedy))
    if splits.get("train"):
        found += _untrained(where, splits, classes, blame)
    if splits.get("val"):
        for select in selects(recipe):
            found += _unmeasured(recipe, select, splits["val"], classes, seen, blame)
    return found


def watches(recipe: Recipe) -> bool:
    """Whether any stage needs validation images: to choose its best epoch, or to lower its learning rate."""
    stages = [recipe.at_stage(stage) for stage in recipe.stages] or [recipe]
    return any(stage.train.select != LAST or stage.train.schedule.name == "plateau" for stage in stages)


def selects(recipe: Recipe) -> list[str]:
    """The scores by which the recipe, or any of its stages, chooses its best epoch."""
    stages = [recipe.at_stage(stage) for stage in recipe.stages] or [recipe]
    return list(dict.fromkeys(stage.train.select for stage in stages))


def _untrained(where: str, splits: Splits, classes: Sequence[str], blame: str) -> list[UserError]:
    """Classes that no training image shows."""
    missing = _absent(splits["train"], classes)
    if not missing:
        return []
    elsewhere = Counter(name for name, records in splits.items() for r in records if not set(missing).isdisjoint(shown(r)))
    counted = ", ".join(f"{number} in {name}" for name, number in elsewhere.items())
    there = f" ({counted})" if counted else ""
    learnt = [name for name in classes if name not in missing]
    alone = f"train holds one class alone, {learnt[0]!r}; " if len(learnt) == 1 else ""
    reason = f"{alone}no training image is of the class {_named(missing)}{there}{blame}"
    ways = "Move some of its images into train, divide all anew with data.split.owner=false, or leave the class out with data.classes."
    return [UserError(where, reason, AFTER_DROP if blame else ways)]


def _unmeasured(recipe: Recipe, select: str, val: Sequence[Record], classes: Sequence[str], seen: Survey, blame: str) -> list[UserError]:
    """Why the epochs cannot be compared by `select` on these validation images."""
    where, score = f"train.select={select}", select.removeprefix("val/")
    if select == LAST or select.startswith("train/"):
        return []
    if not select.startswith("val/") or score not in SCORES:
        known = [LAST, *(f"val/{score}" for score in SCORES)]
        return [UserError(where, "is not a score that is measured on the validation images", nearest(select, known))]
    missing = _absent(val, classes)
    if score in EVERY_CLASS and missing:
        reason = f"needs validation images of every class, and none is of the class {_named(missing)}{blame}"
        ways = "Put some of its images into val, divide all anew with data.split.owner=false, " + OTHERWISE
        return [UserError(where, reason, ways)]
    if score == "epg" and recipe.attention.name == "none":
        return [UserError(where, "needs attention maps, and attention.name=none has none", "Choose a source of maps, " + OTHERWISE)]
    if score == "epg" and seen.facts and not any(_has_region(r, seen) for r in val):
        return [UserError(where, "needs annotated validation images, and there are none", "Annotate some, " + OTHERWISE)]
    return []


def _has_region(record: Record, seen: Survey) -> bool:
    facts = seen.facts.get(record.id)
    return any(mark.kind != "nothing" for mark in record.annotations) and (facts is None or (facts.known and facts.area != 0))


def gaps(splits: Splits, classes: Sequence[str]) -> list[str]:
    """Sentences on the splits besides train that show some of the classes only."""
    return [
        f"{name} has no image of the class {_named(missing)}: "
        "scores that need every class, such as AUC, leave it out there or cannot be computed."
        for name, records in splits.items()
        if name != "train" and records and (missing := _absent(records, classes))
    ]


def _absent(records: Sequence[Record], classes: Sequence[str]) -> list[str]:
    """Classes that no image shows; of findings also those that all images show, as far as it is known."""
    there = {name for record in records for name in shown(record)}
    several = any(record.findings for record in records)
    always = [name for name in classes if several and all(record.findings.get(name) is not False for record in records)]
    return [name for name in classes if name not in there or name in always]


def _named(classes: Sequence[str]) -> str:
    more = f" and {len(classes) - 5} more" if len(classes) > 5 else ""
    return ", ".join(map(repr, classes[:5])) + more
