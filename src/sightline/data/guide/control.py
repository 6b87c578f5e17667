"""Control regions, which are unrelated to their image, for the control arms of a study.

A control has the area of the image's own map (its sum, in pixels), so that it asks for as much attention, at another place. It is `random`,
another training image's region brought to that area about its own centre, or `centre`, a disc in the middle. An unknown image stays
unknown, and one that is known to show nothing stays so.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from scipy import ndimage

from sightline.data.annotation import Size, render, touching
from sightline.data.cache import mark_state, picture_state
from sightline.data.guide.quality import region
from sightline.data.images import image_size
from sightline.errors import UserError
from sightline.types import Annotation, Record

TOLERANCE = 0.002  # relative error of the area at which the search for the right size ends
WORST = 0.01  # with which a borrowed region passes; or one pixel
STEPS = 24
_EDITION = 1  # part of every key: raise it when the same regions come to be drawn differently

Kind = Literal["random", "centre"]


def controlled(records: Sequence[Record], kind: Kind, *, seed: int, gaze_blur: int) -> list[Record]:
    """Training records with control regions in place of their annotations, drawn when they are needed.

    `random` is a derangement of the images with a marked region, drawn from the seed and the ids: each lends its region once, never to
    itself, and to another group (patient, lesion) unless one group has more than half of the images.

    Raises:
        UserError: `random`, and nobody to lend a region to the only image that has one.
    """
    marked = [record for record in records if _marks_something(record)]
    if kind == "random" and len(marked) == 1:
        reason = "`random` takes the regions of other training images, and only one is annotated"
        raise UserError("data.roi.control", reason, "Annotate more images, or use `centre`.")
    lenders = Lenders.of(circle(marked, seed) if kind == "random" else [], gaze_blur)
    ids = {record.id for record in marked}
    return [replace(r, annotations=(_control(r, kind, lenders, gaze_blur),)) if r.id in ids else r for r in records]


def _control(record: Record, kind: Kind, lenders: Lenders, gaze_blur: int) -> Annotation:
    return Annotation("heatmap", source=ControlMap(record, kind, gaze_blur, lenders), author=f"{kind} control")


def _marks_something(record: Record) -> bool:
    """Whether the annotations may hold a region: neither `nothing` nor a gaze that never touched the image, which leaves it unknown."""
    marks = [mark for mark in record.annotations if mark.kind != "nothing"]
    if any(mark.kind != "gaze" for mark in marks) or not marks:
        return bool(marks)
    if not isinstance(record.image, Path):  # its gaze is drawn with it, and touches it
        return True
    size = image_size(record.image)
    return any(touching(mark.points, size).size for mark in marks)


def circle(records: Sequence[Record], seed: int) -> list[Record]:
    """A random round of the records in which no neighbours are of one group, unless one group has more than half of them.

    Drawn from the seed and the ids, so that the order of the records does not matter.
    """
    drawn = sorted(records, key=lambda r: hashlib.sha256(f"{seed} control {r.id}".encode()).digest())
    groups: dict[str, list[Record]] = {}
    for record in drawn:
        groups.setdefault(f"image {record.id}" if record.group is None else f"group {record.group}", []).append(record)
    queue = [record for group in sorted(groups.values(), key=len, reverse=True) for record in group]
    # the first half takes every second place and the rest goes between: whoever stand together in the queue are apart in the round
    result = list(queue)
    result[::2], result[1::2] = queue[: (len(queue) + 1) // 2], queue[(len(queue) + 1) // 2 :]
    return result


@dataclass(frozen=True)
class Lenders:
    """Images in the round in which each borrows the region of the next. `key` stands for all their regions."""

    key: str
    round: tuple[Record, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, records: Sequence[Record], gaze_blur: int) -> Lenders:
        state = [(r.id, picture_state(r.image), *map(mark_state, r.annotations)) for r in records]
        return cls(hashlib.sha256(repr((gaze_blur, state)).encode()).hexdigest(), tuple(records))

    def after(self, record: Record) -> Iterator[Record]:
        """Those that follow on a record, once round, without itself."""
        place = next(i for i, lender in enumerate(self.round) if lender.id == record.id)
        yield from self.round[place + 1 :] + self.round[:place]


@dataclass(frozen=True)
class ControlMap:
    """A control region, drawn from the annotations of two images: of `own` only the area is used.

    Lenders whose mask turns out to be empty are passed over: the round without them is still one. So is, for this image, one whose region
    no zoom brings to the area, since it has a hole or parts far from each other.
    """

    own: Record
    kind: Kind
    gaze_blur: int
    lenders: Lenders

    @property
    def key(self) -> str:
        own = (self.own.id, picture_state(self.own.image), *map(mark_state, self.own.annotations))
        state = (_EDITION, self.kind, self.gaze_blur, own, self.lenders.key)
        return hashlib.sha256(repr(state).encode()).hexdigest()

    def draw(self) -> np.ndarray:
        """(H, W) uint8, as large as the image.

        Raises:
            UserError: no other training image has a region.
        """
        own = self._map(self.own)
        area = float(own.sum())
        if not area:
            return np.zeros(own.shape, np.uint8)
        if self.kind == "centre":
            return of_area(partial(disc, own.shape), area, math.sqrt(area / math.pi))[0]
        nearest: tuple[float, np.ndarray] | None = None
        for lender in self.lenders.after(self.own):
            lent = self._map(lender)
            if not lent.any():
                continue
            pixels, error = of_area(partial(zoomed, lent, own.shape), area, math.sqrt(area / own.size / float(lent.mean())))
            if error < WORST or error * area < 1:
                return pixels
            nearest = min(nearest or (error, pixels), (error, pixels), key=lambda found: found[0])
        if nearest is None:
            raise UserError(self.own.id, "no other training image has a region that it could borrow", "Use data.roi.control=centre.")
        return nearest[1]

    def _map(self, record: Record) -> np.ndarray:
        # a mask knows the size of its image, and is drawn or opened faster
        size = image_size(next((mark.source for mark in record.annotations if mark.source), record.image))
        drawn = render(record.annotations, size, gaze_blur=self.gaze_blur, where=record.id)
        assert drawn is not None, "an unknown image neither borrows nor lends"
        return drawn


def of_area(draw: Callable[[float], np.ndarray], area: float, guess: float) -> tuple[np.ndarray, float]:
    """What `draw` draws at the scale at which its sum is `area`; where none is, what comes nearest. A secant search.

    Args:
        draw: scale -> (H, W) float in [0, 1], whose sum grows with the scale: with its square, until the image's border cuts it.
        guess: the scale to begin with.

    Returns:
        (H, W) uint8, 0 to 255, and the relative error of its area, to which the rounding belongs.
    """
    log_scale, power = math.log(guess), 2.0
    tried: list[tuple[float, float, np.ndarray]] = []  # log of found area / wanted area, log of the scale, drawn
    while len(tried) < STEPS:
        pixels = np.rint(255 * draw(math.exp(log_scale))).astype(np.uint8)
        excess = math.log(max(pixels.sum(dtype=np.int64) / 255 / area, 1e-3))
        tried.append((excess, log_scale, pixels))
        if len(tried) > 1:
            (before, at, _), _ = tried[-2:]
            if abs(excess) >= abs(before):  # as near as it comes
                break
            power = min(max((excess - before) / (log_scale - at), 0.2), 4.0)
        if abs(excess) < TOLERANCE:
            break
        log_scale -= excess / power
    excess, _, pixels = min(tried, key=lambda t: abs(t[0]))
    return pixels, abs(math.expm1(excess))


def disc(size: Size, radius: float) -> np.ndarray:
    """A disc in the middle, its border a pixel wide: (H, W) in [0, 1]."""
    rows, columns = (np.arange(n) + 0.5 - n / 2 for n in size)
    result: np.ndarray = np.clip(radius + 0.5 - np.hypot(rows[:, None], columns), 0, 1)
    return result


def zoomed(lent: np.ndarray, size: Size, zoom: float) -> np.ndarray:
    """A map brought to another image's size, zoomed about the centre of its region, and moved back in where the region would leave.

    A region larger than the image along an axis is centred there. Bilinear; 0 beyond the map.

    Args:
        lent: (h, w) in [0, 1], not empty.
        size: (H, W).

    Returns:
        (H, W) float in [0, 1].
    """
    inside = region(lent)
    steps, offsets = [], []
    for axis, centre in enumerate(ndimage.center_of_mass(inside)):
        length, marked = size[axis], np.flatnonzero(inside.any(axis=1 - axis))
        step = lent.shape[axis] / length / zoom  # pixels of the map per pixel of the image
        middle = (centre + 0.5) * length / lent.shape[axis]
        low, high = (middle + (edge - centre - 0.5) / step for edge in (marked[0], marked[-1] + 1))
        shift = max(-low, 0) + min(length - high, 0) if high - low < length else (length - low - high) / 2
        steps.append(step)
        offsets.append(centre - (middle + shift - 0.5) * step)
    return np.asarray(ndimage.affine_transform(lent, steps, offsets, output_shape=size, order=1, mode="grid-constant")).clip(0, 1)
