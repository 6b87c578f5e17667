"""What becomes of reviews in training: outlines, places to avoid, and images that are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.guide.consensus import dice, kappa, merged
from sightline.data.guide.decoy import VERSIONS
from sightline.data.guide.review_lines import Review, by_image, read_reviews
from sightline.data.images import image_size
from sightline.data.problems import each, refuse
from sightline.data.sets.outlines import RunsMask
from sightline.data.sets.rle import text_of
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.paths import expanded
from sightline.plural import count
from sightline.results.data_check import ReaderAgreement, Reviews
from sightline.types import Annotation, Record

REVIEWED = ("train", "val")  # splits that reviews change
Agreed = dict[tuple[str, str], list[tuple[float, float | None]]]  # readers -> Dice and Cohen's kappa of each image that both outlined


@dataclass
class Done:
    """What was done to images, by their ids; see `results.data_check.Reviews`."""

    drawn: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    disjoint: list[str] = field(default_factory=list)
    avoiding: list[str] = field(default_factory=list)
    placeless: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    doubted: list[str] = field(default_factory=list)
    agreed: Agreed = field(default_factory=dict)


def with_reviews(splits: Mapping[str, Sequence[Record]], records: Sequence[Record], data: Data) -> tuple[dict[str, list[Record]], Reviews]:
    """The splits as `data.reviews` changes them, and what was done.

    Training and validation images get the outlines and the places to avoid, and lose what is unusable. Other splits stay as they are,
    whatever is said of them, so that scores of a test set do not depend on who looked at it.

    Args:
        records: of the whole data set.

    Raises:
        UserError: an unreadable line; a line about an image that is not there, or of another size; an outline outside of its image.
    """
    assert data.reviews is not None
    file = expanded(data.reviews)
    named = {record.id: record for record in records}
    problems: list[UserError] = []
    reviews = each(lambda review: _placed(review, named, data), read_reviews(file), problems)
    of_image, done = by_image(reviews), Done()
    changed: dict[str, list[Record]] = {}
    for name, own in splits.items():
        if name in REVIEWED:
            made = each(lambda record: _reviewed(record, of_image.get(record.id, []), data, done), own, problems)
            changed[name] = [record for record in made if record is not None]
        else:
            changed[name] = list(own)
    refuse(problems)
    split_of = {record.id: name for name, own in splits.items() for record in own}
    return changed, _report(file, reviews, split_of, done)


def _placed(review: Review, named: Mapping[str, Record], data: Data) -> Review:
    """The review by the id of its image in the data set: that of a test image with a decoy has the name of the decoy's version added.

    Raises:
        UserError: there is no such image; or the id is that of another one.
    """
    id, _, version = review.id.rpartition("@")
    own = id if data.decoy is not None and version in VERSIONS else review.id
    record, top = named.get(own), _top(data)
    if record is None:
        if not (top and review.image and (top / review.image).is_file()):  # it may be of a class that is left out
            reason = f"is about {review.image or review.id!r}, which is no image of the data set"
            raise UserError(review.where, reason, "Give the reviews of this data set, or remove the line.")
    elif isinstance(record.image, Path) and review.image and Path(review.image).name != record.image.name:
        reason = f"is about {review.image}, but {own!r} is {record.image.name} in this data set"
        raise UserError(review.where, reason, "Give the reviews of this data set, or remove the line.")
    return replace(review, id=own)


def _top(data: Data) -> Path | None:
    """The folder to which the paths of images refer."""
    return None if data.root is None else data.root if data.root.is_dir() else data.root.parent


def _reviewed(record: Record, reviews: Sequence[Review], data: Data, done: Done) -> Record | None:
    """The record as its reviews change it; None: it is left out.

    Raises:
        UserError: a review of a picture of another size, or an outline outside of the picture.
    """
    if not reviews:
        return record
    size = image_size(record.image)
    for review in reviews:
        if review.size != size:
            (theirs, ours) = (f"{width} x {height}" for height, width in (review.size, size))
            reason = f"is about a picture of {theirs} pixels, but {record.id} has {ours}"
            raise UserError(review.where, reason, "Review the images that are used, or remove the line.")
    if any(review.unusable for review in reviews):
        done.unusable.append(record.id)
        return None
    if any(review.doubted for review in reviews):
        done.doubted.append(record.id)
        if data.reviews_doubted == "drop":
            return None
    record = _outlined(record, [review for review in reviews if review.shapes], size, data, done)
    wrong = [review for review in reviews if review.wrong and not review.shapes]
    return _avoiding(record, wrong, size, data, done) if wrong else record


def _outlined(record: Record, readers: Sequence[Review], size: tuple[int, int], data: Data, done: Done) -> Record:
    """The record with what its readers drew in place of its annotation."""
    if not readers:
        return record
    masks = np.stack([_drawn(review.shapes, size, review.where) for review in readers])  # (R, H, W)
    for (one, a), (other, b) in combinations(sorted(zip((r.reviewer for r in readers), masks, strict=True), key=lambda pair: pair[0]), 2):
        done.agreed.setdefault((one, other), []).append((dice(a, b), kappa(a, b)))
    if len(readers) == 1:
        done.drawn.append(record.id)
        return replace(record, annotations=readers[0].shapes)
    inside = merged(masks, data.reviews_merge)
    if not inside.any():  # that would say that there is nothing to see, which none of them said
        done.disjoint.append(record.id)
        return record
    done.drawn.append(record.id)
    done.merged.append(record.id)
    author = ", ".join(sorted(review.reviewer for review in readers))
    mask = Annotation(
        "mask", RunsMask(record.id, size, text_of(inside)), author=author, made=max(readers, key=lambda r: r.at).shapes[0].made
    )
    return replace(record, annotations=(mask,))


def _avoiding(record: Record, wrong: Sequence[Review], size: tuple[int, int], data: Data, done: Done) -> Record:
    """The record with the places where the model looked wrongly among those to avoid; what is annotated is none of them."""
    looked = [review.looked.draw() > 0 for review in wrong if review.looked is not None]
    place = np.logical_or.reduce([np.zeros(size, bool), *looked])
    region = render(record.annotations, size, gaze_blur=data.gaze_blur, where=record.id)
    if region is not None:
        place &= region < 0.5
    if not place.any():
        done.placeless.append(record.id)
        return record
    done.avoiding.append(record.id)
    author = ", ".join(sorted(review.reviewer for review in wrong))
    return replace(record, avoid=(*record.avoid, Annotation("mask", RunsMask(record.id, size, text_of(place)), author=author)))


def _drawn(shapes: Sequence[Annotation], size: tuple[int, int], where: str) -> np.ndarray:
    found = render(shapes, size, where=where)
    assert found is not None
    if not (found >= 0.5).any():
        raise UserError(where, "draws a region that covers no pixel", "Correct the line, or remove it.")
    return found >= 0.5


def _report(file: Path, reviews: Sequence[Review], split_of: Mapping[str, str], done: Done) -> Reviews:
    used = [review for review in reviews if split_of.get(review.id) in REVIEWED]
    tested = {review.id for review in reviews if split_of.get(review.id, REVIEWED[0]) not in REVIEWED}
    return Reviews(
        file=str(file),
        reviews=len(reviews),
        images=len({review.id for review in used}),
        reviewers=sorted({review.reviewer for review in used}),
        outlined=done.drawn,
        merged=done.merged,
        disjoint=done.disjoint,
        avoiding=done.avoiding,
        placeless=done.placeless,
        unusable=done.unusable,
        doubted=done.doubted,
        of_test=sorted(tested),
        unused=sorted({review.id for review in reviews if review.id not in split_of}),
        agreement=[_agreement(pair, values) for pair, values in sorted(done.agreed.items())],
    )


def _agreement(pair: tuple[str, str], values: Sequence[tuple[float, float | None]]) -> ReaderAgreement:
    kappas = [value for _, value in values if value is not None]
    mean = sum(kappas) / len(kappas) if kappas else None
    return ReaderAgreement(a=pair[0], b=pair[1], images=len(values), dice=sum(value for value, _ in values) / len(values), kappa=mean)


def remarks_on(reviews: Reviews, data: Data) -> list[str]:
    """What was done with the reviews, one sentence each."""
    doubted = (
        "left out of training and validation" if data.reviews_doubted == "drop" else "kept (`data.reviews_doubted=drop` leaves them out)"
    )
    said = (
        (reviews.outlined, "whose annotation is what readers outlined"),
        (reviews.merged, f"outlined by several readers, merged by {data.reviews_merge}"),
        (reviews.disjoint, f"whose readers' outlines have no pixel in common by {data.reviews_merge}: the annotation stays as it was"),
        (reviews.avoiding, "with a place to avoid, since the model looked at a wrong place"),
        (reviews.placeless, "where the model looked at a wrong place, but no place to avoid is recorded outside of the annotation"),
        (reviews.unusable, "called unusable: left out of training and validation"),
        (reviews.doubted, f"whose label is doubted: {doubted}"),
        (reviews.of_test, "of other splits than train and val: reviews never change test images"),
        (reviews.unused, "that are not in this training"),
    )
    head = f"Reviews: {count(reviews.images, 'training and validation image')} reviewed by {', '.join(reviews.reviewers) or 'nobody'}"
    return [head, *(f"Reviews: {count(len(ids), 'image')} {what} ({some(ids)})" for ids, what in said if ids)]
