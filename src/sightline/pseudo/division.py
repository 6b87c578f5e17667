"""Divides the images: those to learn from, those that judge the result, and those that get a mask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sightline import catalog
from sightline.config import Split
from sightline.data.greys import Range, common_range
from sightline.data.heat import on_one_scale
from sightline.data.leaks import near_duplicate_groups
from sightline.data.marks import as_set
from sightline.data.reading import ONE_LABEL
from sightline.data.splits import split
from sightline.data.survey import Survey, deep_pictures, survey
from sightline.errors import UserError
from sightline.pseudo.settings import Images, PseudoMasks
from sightline.types import Record

LABEL = "annotated"  # of every record here: diagnoses play no part


@dataclass(frozen=True)
class Division:
    """Records by their use.

    Attributes:
        train, held_out: annotated; images of one group, or that look alike, are all in the one or all in the other.
        groups: of each held-out image, for its share in the intervals.
        targets: to get a mask; without annotations.
        left_out: ids of annotated images that are not learnt from, since they validate or test in the target data set.
        shared: ids of the images learnt from that get a mask as well.
        grey: black and white of their deep greys; None: there are none.
    """

    train: list[Record]
    held_out: list[Record]
    groups: list[str | None]
    targets: list[Record]
    left_out: list[str]
    shared: list[str]
    grey: Range | None = None


def divide(settings: PseudoMasks, progress: Callable[[int, int], None] | None = None) -> Division:
    """Reads both data sets and looks at every image that will be used.

    Raises:
        UserError: a broken file, too few annotated images, or none to predict for.
    """
    records = _read(settings.data, "data")
    others = _read(settings.target, "target") if settings.target else records
    annotated = [r for r in records if r.annotations]
    targets = [bare(r) for r in others if settings.target or not r.annotations]
    where = f"data {settings.data.name}"
    if not targets:
        raise UserError(where, "has no image without annotation", "Name the data set that is to get masks: `for_data=...`.")
    judging = [bare(r) for r in others if r.split not in (None, "train")]
    looked = list({r.id: r for r in [*targets, *judging]}.values())
    seen, seen_others = (survey(s, gaze_blur=settings.gaze_blur, grey=settings.grey, progress=progress) for s in (annotated, looked))
    for found in (seen, seen_others):
        found.raise_problems()
    grey = settings.grey or common_range(deep_pictures(annotated, seen.facts) + deep_pictures(looked, seen_others.facts))
    annotated = [r for r in annotated if seen.facts[r.id].known]
    left_out = same(annotated, seen, judging, seen_others)
    usable = [r for r in annotated if r.id not in left_out]
    division = hold_out(usable, targets, near_duplicate_groups(usable, seen), settings, where)
    return replace(division, grey=grey, left_out=sorted(left_out), shared=sorted(same(division.train, seen, targets, seen_others)))


def hold_out(annotated: Sequence[Record], targets: list[Record], groups: Mapping[str, str], settings: PseudoMasks, where: str) -> Division:
    """Divides the images to learn from; no image is left out or shared.

    Args:
        annotated: all with a known region; whatever their labels and splits.
        groups: id -> group, over the records' own.

    Raises:
        UserError: too few annotated images, or an id to get a mask that leads out of the folder.
    """
    _check_ids(targets)
    records = [replace(r, label=LABEL, split=None) for r in annotated]
    count = len({groups.get(r.id, r.group or r.id) for r in records})
    if count < 2:
        reason = f"has {len(records)} annotated images to learn from, {count} that are independent; one part has to be held out"
        raise UserError(where, reason, "Annotate more images, or name a data set with masks: `data=...`.")
    parts = split(records, Split(val=settings.held_out, test=0, seed=settings.seed), groups)
    return Division(parts["train"], parts["val"], [groups.get(r.id, r.group) for r in parts["val"]], targets, [], [])


def same(records: Sequence[Record], seen: Survey, others: Sequence[Record], seen_others: Survey) -> set[str]:
    """Ids of the records that are among the others, too: by their id or by their pixels."""
    ids = {r.id for r in others}
    pixels = {seen_others.facts[id].pixels for id in ids}
    return {r.id for r in records if r.id in ids or seen.facts[r.id].pixels in pixels}


def _read(images: Images, key: str) -> list[Record]:
    """All records, whatever their labels."""
    records: list[Record] = catalog.make("data", images.name, images.options, images.root, where=f"{key}.options")
    if any(record.findings for record in records):
        raise UserError(str(images.root or images.name), "has several findings per image, whose masks would be one", ONE_LABEL)
    if len({r.id for r in records}) < len(records):
        raise UserError(str(images.root or images.name), "holds an id twice", "Give every image its own id.")
    return as_set(on_one_scale(records), images.mask, images.annotated_on)


def bare(record: Record) -> Record:
    """The record as one that is to get a mask: nothing is known of it."""
    return replace(record, label=LABEL, annotations=(), avoid=(), regions={})


def _check_ids(targets: Sequence[Record]) -> None:
    """Ids become file names, which must not lead out of the folder."""
    for record in targets:
        path = PurePosixPath(record.id)
        if path.is_absolute() or ".." in path.parts:
            raise UserError(f"image {record.id!r}", "has an id that leads out of the folder", "Give it another id.")
