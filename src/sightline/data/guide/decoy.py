"""A shortcut planted into any data set (`data.decoy`), to test whether a classifier relies on it.

The artefact is there in most images of one class and in few of the others, so that a network that learns from labels alone learns the
artefact. It is drawn when an image is opened, in the picture's own pixels: geometry and augmentation move it with the image. Its mask is a
place to avoid, its presence a tag. What a person annotated stays as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sightline.config import Data, Decoy
from sightline.data.annotation import render
from sightline.data.cache import picture_state
from sightline.data.greys import Range
from sightline.data.images import image_size, open_image
from sightline.data.sampling import image_rng
from sightline.errors import UserError, nearest
from sightline.phantom.canvas import Layer
from sightline.phantom.outline import ANGLES, Outline, outline_around
from sightline.phantom.ruler import paint_ruler
from sightline.phantom.skin_marks import paint_band_aid, paint_swatch
from sightline.phantom.ultrasound_marks import paint_caliper, paint_letters
from sightline.settings import COLOUR
from sightline.types import Annotation, Picture, Record

_EDITION = 1  # part of every key: raise it when the same description comes to be drawn differently
_LARGEST = 512  # side of the square on which a ruler is drawn
_NOTHING = Outline(0.5, 0.5, np.zeros(ANGLES))  # a decoy knows nothing of the lesion


@dataclass(frozen=True)
class Plan:
    """What is drawn into one picture, and into which part of it.

    Attributes:
        decoy: its artefact, size and seed.
        id: of the image; with the seed it decides what is drawn.
        square: side of the centre square that an evaluation uses, as a share of the shorter side; None: it uses the whole image.
        share: of both sides of that, which it sees in the end.
        grey, channels: see `open_image`.
        around: what people marked in the image, for an artefact that lies round or beside it; `gaze_blur`: of gaze among it.
    """

    decoy: Decoy
    id: str
    square: float | None
    share: float
    grey: Range | None = None
    channels: int = field(default=COLOUR, repr=False)  # not part of the key: what is drawn does not depend on it
    around: tuple[Annotation, ...] = field(default=(), repr=False)  # the part of these two in the key is `_state`
    gaze_blur: int = field(default=0, repr=False)

    @classmethod
    def of(cls, record: Record, decoy: Decoy, data: Data, around: Sequence[Annotation]) -> Plan:
        square = data.centre if data.centre is not None else 1.0 if data.fit == "crop" else None
        marks = tuple(around) if decoy.artefact in ("caliper", "band_aid") else ()
        share = data.image_size / (data.load_size or data.image_size)
        return cls(decoy, record.id, square, share, data.grey, data.channels, marks, data.gaze_blur)

    def layer(self, size: tuple[int, int]) -> Layer:
        """The artefact over a picture of `size` (H, W), within what an evaluation sees."""
        used = (self.square * min(size),) * 2 if self.square is not None else size
        seen = height, width = tuple(max(1, int(n * self.share)) for n in used)
        top, left = ((whole - part) // 2 for whole, part in zip(size, seen, strict=True))
        window = slice(top, top + height), slice(left, left + width)
        part = self._drawn((height, width), self._inside(size)[window])
        whole = Layer(part.colour if part.colour.ndim == 1 else np.zeros((*size, 3), np.float32), np.zeros(size, np.float32))
        whole.cover[window] = part.cover
        if part.colour.ndim > 1:
            whole.colour[window] = part.colour
        return whole

    def _inside(self, size: tuple[int, int]) -> np.ndarray:
        """(H, W) bool: what people marked, all False where they marked nothing."""
        roi = render(self.around, size, gaze_blur=self.gaze_blur, where=self.id)
        return np.zeros(size, bool) if roi is None or not roi.any() else roi >= roi.max() / 2

    def _drawn(self, size: tuple[int, int], inside: np.ndarray) -> Layer:
        share, shorter = self.decoy.size, min(size)
        rng = image_rng(self.decoy.seed, self.decoy.artefact, self.id)
        match self.decoy.artefact:
            case "swatch":
                return paint_swatch(rng, size, max(1, round(share * shorter)))
            case "text":
                return paint_letters(rng, size, share / 2 * shorter).trimmed()
            case "ruler":
                side = min(max(size), _LARGEST)
                return paint_ruler(rng, _NOTHING, side, share * shorter / max(size)).fitted(size).trimmed()
            case "caliper":
                return _calipers(rng, inside, share / 8 * shorter / max(size))
            case "band_aid":
                outline, side = _place(rng, inside), min(max(size), _LARGEST)
                return paint_band_aid(rng, outline, side, share * shorter / max(size)).resized(size).trimmed()


def _calipers(rng: np.random.Generator, inside: np.ndarray, arm: float) -> Layer:
    """Crosses round a region (H, W), with arms of a length in the longer side."""
    size, side = inside.shape, max(inside.shape)
    window = tuple(slice((side - n) // 2, (side - n) // 2 + n) for n in size)
    square = np.zeros((side, side), bool)  # circles stay circles
    square[window] = inside
    layer = paint_caliper(rng, _place(rng, square), min(side, _LARGEST), arm, (size[1] / side, size[0] / side)).resized((side, side))
    return Layer(np.broadcast_to(layer.colour, (side, side, 3))[window], layer.cover[window]).trimmed()


def _place(rng: np.random.Generator, inside: np.ndarray) -> Outline:
    """The border of a region (H, W); where there is none, that of a place near the middle."""
    x, y, radius = *rng.uniform(0.4, 0.6, 2), rng.uniform(0.08, 0.2)
    return outline_around(inside) if inside.any() else Outline(x, y, np.full(ANGLES, radius))


@dataclass(frozen=True)
class DecoyImage:
    """A picture with the artefact over it."""

    picture: Picture
    plan: Plan

    @property
    def key(self) -> str:
        return _key(self.picture, self.plan)

    def draw(self) -> np.ndarray:
        """(H, W, 3) uint8, or of other channels, see `open_image`."""
        pixels = open_image(self.picture, self.plan.grey, self.plan.channels)
        return self.plan.layer((pixels.shape[0], pixels.shape[1])).laid_on(pixels)


@dataclass(frozen=True)
class DecoyMask:
    """The pixels of a `DecoyImage` that the artefact touches."""

    picture: Picture
    plan: Plan

    @property
    def key(self) -> str:
        return "mask " + _key(self.picture, self.plan)

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255."""
        return np.where(self.plan.layer(image_size(self.picture)).cover > 0, np.uint8(255), np.uint8(0))


def _key(picture: Picture, plan: Plan) -> str:
    marks = [_state(mark, plan.gaze_blur) for mark in plan.around]
    return hashlib.sha256(repr((_EDITION, picture_state(picture), plan, *marks)).encode()).hexdigest()


def _state(mark: Annotation, gaze_blur: int) -> tuple[object, ...]:
    return mark.kind, mark.points, mark.source and picture_state(mark.source), gaze_blur if mark.kind == "gaze" else None


VERSIONS = ("matched", "flipped", "removed")  # of the test images


def check_decoy(decoy: Decoy | None, classes: Sequence[str]) -> None:
    """Refuses a class that the data set does not have.

    Raises:
        UserError: an unknown class.
    """
    if decoy is not None and decoy.positive not in (None, *classes):
        raise UserError("data.decoy.positive", f"unknown class {decoy.positive!r}", nearest(str(decoy.positive), classes))


def plant(
    splits: Mapping[str, list[Record]], data: Data, classes: Sequence[str], annotated: Sequence[Record] = ()
) -> dict[str, list[Record]]:
    """The splits with the decoy in them; without one, as they are.

    Args:
        annotated: records as people annotated them, where those of the splits hold something else (a control in place of the region): an
            artefact round the region lies round what people marked.

    Training and validation images keep their ids. The test images (see `Decoy`) come as three splits instead of their own, with the ids
    `<id>@matched`, `<id>@flipped` and `<id>@removed`, and share a group across them. Which images carry the artefact depends on the seed,
    the ids, and which images are in the split together.
    """
    decoy = data.decoy
    if decoy is None:
        return dict(splits)
    positive = decoy.positive or classes[-1]
    marks = {record.id: record.annotations for record in annotated}

    def planted(records: Sequence[Record], carriers: frozenset[str]) -> list[Record]:
        def shown(r: Record) -> Record:
            return with_decoy(r, decoy, data, marks.get(r.id)) if r.id in carriers else without_decoy(r, decoy)

        return [shown(r) for r in records]

    tested = next((name for name in ("test", "removed") if splits.get(name)), "val")
    result = {name: records for name, records in splits.items() if name not in (*VERSIONS, "test")}
    for name in ("train", "val"):
        result[name] = planted(splits[name], carriers_of(splits[name], decoy, positive))
    records = splits[tested]
    usual = carriers_of(records, decoy, positive)
    for version, carriers in zip(VERSIONS, (usual, frozenset(r.id for r in records) - usual, frozenset[str]()), strict=True):
        result[version] = [replace(r, id=f"{r.id}@{version}", group=r.group or r.id) for r in planted(records, carriers)]
    return result


def unplanted(table: Sequence[Mapping[str, str]], decoy: Decoy | None) -> list[tuple[str, str]]:
    """(id, split) of the images of a run's `split.csv` as they were before the decoy was planted."""
    rows = [(row["id"], row["split"]) for row in table]
    if decoy is None:
        return rows
    return [(id.removesuffix("@matched"), "test" if name == "matched" else name) for id, name in rows if name not in VERSIONS[1:]]


def carriers_of(records: Sequence[Record], decoy: Decoy, positive: str) -> frozenset[str]:
    """Ids of the images that carry the artefact as in training: of each class the very share, rounded to whole images."""
    by_label: dict[str, list[str]] = {}
    for record in records:
        by_label.setdefault(record.label, []).append(record.id)
    found: set[str] = set()
    for label, ids in by_label.items():
        share = (1 + decoy.strength) / 2 if label == positive else (1 - decoy.strength) / 2
        drawn = sorted(ids, key=lambda id: hashlib.sha256(f"{decoy.seed} decoy {id}".encode()).digest())
        found.update(drawn[: round(share * len(drawn))])
    return frozenset(found)


def with_decoy(record: Record, decoy: Decoy, data: Data, marks: Sequence[Annotation] | None = None) -> Record:
    """The record with the artefact in its image, its mask among what to avoid, and a tag that says so.

    Args:
        marks: what people marked in the image; None: the record's annotations.
    """
    plan = Plan.of(record, decoy, data, record.annotations if marks is None else marks)
    mark = Annotation("mask", DecoyMask(record.image, plan))
    return replace(record, image=DecoyImage(record.image, plan), avoid=(*record.avoid, mark), tags={**record.tags, decoy.artefact: True})


def without_decoy(record: Record, decoy: Decoy) -> Record:
    """The record as it is, known to carry no decoy; an artefact of that kind that was there before stays."""
    there = record.tags.get(decoy.artefact) is True
    return replace(record, avoid=record.avoid or (Annotation("nothing"),), tags={**record.tags, decoy.artefact: there})
