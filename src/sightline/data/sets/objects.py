"""From several marked objects in one image to its one label, and to where to look for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sightline.data.annotation import Size
from sightline.data.problems import each, refuse
from sightline.data.sets.outlines import PolygonsMask
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Annotation, Picture, Record, Records

Rule = Literal["refuse", "largest"]
Empty = Literal["unknown", "nothing"]
Classes = dict[str, list[str]] | None  # class -> categories that count as one, see `records_of`


@dataclass(frozen=True)
class Marked:
    """One object that somebody marked.

    Attributes:
        category: what it is.
        area: in pixels.
        mark: where it is; None where that cannot be said.
        decides: it counts for the label.
    """

    category: str
    area: float
    mark: Annotation | None
    decides: bool = True


@dataclass(frozen=True)
class Image:
    """One image of an annotation file, and what is marked in it.

    Attributes:
        id: its name in the data set.
        path: where its pixels come from.
        things: its objects.
        where: names it in messages.
        split: the owner's.
        size: (H, W) as the annotation file declares it; None where it does not, or where only the shape of the marks depends on it.
        label: told for the image as a whole; then objects do not decide.
        looked: somebody looked at the image; false of one that is on no list.
        group, nothing, tags: see `told.Told`.
        volume: of a frame of a file with several, the name of the file.
    """

    id: str
    path: Picture
    things: Sequence[Marked]
    where: str
    split: str | None = None
    size: Size | None = None
    label: str | None = None
    looked: bool = True
    group: str | None = None
    nothing: bool = False
    tags: Mapping[str, Any] = field(default_factory=dict)
    volume: str | None = None


def records_of(
    images: Sequence[Image],
    rule: Rule,
    background: str | None,
    empty: Empty,
    annotated: str = "objects",
    problems: Sequence[UserError] = (),
    said: Sequence[str] = (),
    classes: Classes = None,
) -> Records:
    """One record per image: its label is the category of its objects, its annotation where the objects of that category are.

    Args:
        rule: of an image with objects of several categories, see `label_of`.
        background: class of the images without objects; None leaves them out.
        empty: what is known of them.
        annotated: what objects are called in notes.
        problems: with other images, which could not be read.
        said: notes that come first.
        classes: class -> its categories. An image whose objects are of several categories of one class shows one class: its label is the
            category of the largest of them, its annotation where all of them are.

    Raises:
        UserError: an image of several categories; two images of one name or file; boxes that are shares of the image; any problem.
    """
    _refuse_twice(images)
    refuse_shares(images)
    met = [*problems]
    class_of = by_category(classes)

    def judged(image: Image) -> tuple[Image, str | None]:
        return image, image.label or (label_of(image.things, rule, image.where, class_of) if image.things else background)

    labelled = each(judged, images, met)
    records = [
        Record(
            id=image.id,
            image=image.path,
            label=label,
            group=image.group,
            split=image.split,
            annotations=_marks(image, label, empty, class_of),
            tags=image.tags,
            volume=image.volume,
        )
        for image, label in labelled
        if label is not None
    ]
    notes = [*said]
    if left_out := [image.id for image, label in labelled if label is None]:
        remedy = "data.options={background: NAME} makes them a class"
        notes.append(f"{len(left_out)} of {count(len(images), 'image')} without {annotated} left out ({some(left_out)}); {remedy}")
    found = Records(records, [*notes, *_unknown(images, background), *_spellings(records)])
    refuse(met, found)
    return found


def _marks(image: Image, label: str, empty: Empty, class_of: Mapping[str, str]) -> tuple[Annotation, ...]:
    """Where the objects of its label, and of others of its class, are; or all objects where the label is told for the image as a whole.

    Without objects: nothing, or that there is nothing to see (Figueroa et al. 2022, eq. 6: H is zero).
    """
    if not image.things:
        return (Annotation("nothing"),) if image.nothing or (empty == "nothing" and image.looked) else ()
    own = class_of.get(label, label)
    marks = [thing.mark for thing in image.things if thing.mark and (image.label or class_of.get(thing.category, thing.category) == own)]
    return tuple(replace(mark, size=mark.size or image.size) for mark in marks)


def _unknown(images: Sequence[Image], background: str | None) -> list[str]:
    """What is said of images and objects about whose place nothing is known."""
    notes = []
    unseen = [image.id for image in images if not (image.looked or image.things or image.label)]
    if unseen and background is not None:
        notes.append(f"{count(len(unseen), 'image')} without annotation file: {background!r} by data.options.background ({some(unseen)})")
    if bare := [image.id for image in images for thing in image.things if thing.mark is None]:
        notes.append(f"{count(len(bare), 'object')} without outline or box: the label counts, the place is unknown ({some(bare)})")
    return notes


def refuse_shares(images: Sequence[Image]) -> None:
    """Refuses coordinates that all lie between 0 and 1, as shares of an image of more than 2 pixels do.

    Raises:
        UserError: that is so.
    """
    drawn = [(image, values) for image in images for thing in image.things if thing.mark and (values := _coordinates(thing.mark))]
    if drawn and all(0 <= value <= 1 for _, values in drawn for value in values):
        reason = "all boxes and outlines lie between 0 and 1: they look like shares of the image, not like pixels"
        raise UserError(drawn[0][0].where, reason, "Export them in pixels of the original image.")


def _coordinates(mark: Annotation) -> list[float]:
    """The numbers of a box or an outline; none of a mask."""
    if isinstance(mark.source, PolygonsMask):
        return [value for polygon in mark.source.polygons for value in polygon]
    return [value for point in mark.points for value in point]


def _refuse_twice(images: Sequence[Image]) -> None:
    ids: dict[str, Image] = {}
    paths: dict[Picture, Image] = {}
    for image in images:
        first = ids.setdefault(image.id, image)
        first = paths.setdefault(image.path, first) if first is image else first
        if first is not image:
            other = f" ({first.where})" if first.where != image.where else ""
            raise UserError(image.where, f"is listed twice{other}", "Keep one of the two entries.")


def _spellings(records: Sequence[Record]) -> list[str]:
    """Classes that differ only in how they are spelled."""
    same: dict[str, Counter[str]] = {}
    for record in records:
        same.setdefault(record.label.strip().casefold(), Counter())[record.label] += 1
    return [
        f"The classes {' and '.join(map(repr, sorted(names)))} differ only in how they are spelled; data.classes can make them one"
        for names in same.values()
        if len(names) > 1
    ]


def by_category(classes: Classes) -> dict[str, str]:
    """Category -> its class.

    >>> by_category({"suspicious": ["opml", "malignant"]})
    {'opml': 'suspicious', 'malignant': 'suspicious'}
    """
    return {category: name for name, some in (classes or {}).items() for category in some}


def label_of(objects: Sequence[Marked], rule: Rule, where: str, class_of: Mapping[str, str]) -> str | None:
    """The category of the objects that decide, of the largest where they are of several; None if none does.

    Args:
        rule: of an image that shows several categories: `refuse` it, or take that of the `largest` object.
        where: names the image.
        class_of: category -> the class to which it belongs, where that is known. Categories of one class count as one.

    Raises:
        UserError: several categories, and the rule is to refuse.
    """
    deciding = [thing for thing in objects if thing.decides]
    categories = sorted({thing.category for thing in deciding})
    if len({class_of.get(category, category) for category in categories}) > 1 and rule == "refuse":
        remedy = (
            "data.options.label=largest takes the category of the largest object; data.classes={CLASS: [CATEGORY, ...]} makes several one."
        )
        raise UserError(where, f"shows objects of several categories ({', '.join(categories)})", remedy)
    return max(deciding, key=lambda thing: thing.area).category if deciding else None
