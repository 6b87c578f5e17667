"""Pictures with a decoy in them: small descriptions that are drawn when they are needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from sightline.config import Data, Decoy
from sightline.data.cache import picture_state
from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.letters import paint_letters
from sightline.data.drawing.outline import ANGLES, Outline
from sightline.data.drawing.ruler import paint_ruler
from sightline.data.drawing.swatch import paint_swatch
from sightline.data.greys import Range
from sightline.data.images import image_size, open_image
from sightline.data.sampling import image_rng
from sightline.types import Picture

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
        grey: see `open_image`.
    """

    decoy: Decoy
    id: str
    square: float | None
    share: float
    grey: Range | None = None

    @classmethod
    def of(cls, id: str, decoy: Decoy, data: Data) -> Plan:
        square = data.centre if data.centre is not None else 1.0 if data.fit == "crop" else None
        return cls(decoy, id, square, data.image_size / (data.load_size or data.image_size), data.grey)

    def layer(self, size: tuple[int, int]) -> Layer:
        """The artefact over a picture of `size` (H, W), within what an evaluation sees."""
        used = (self.square * min(size),) * 2 if self.square is not None else size
        seen = height, width = tuple(max(1, int(n * self.share)) for n in used)
        top, left = ((whole - part) // 2 for whole, part in zip(size, seen, strict=True))
        part = self._drawn((height, width))
        window = slice(top, top + height), slice(left, left + width)
        whole = Layer(part.colour if part.colour.ndim == 1 else np.zeros((*size, 3), np.float32), np.zeros(size, np.float32))
        whole.cover[window] = part.cover
        if part.colour.ndim > 1:
            whole.colour[window] = part.colour
        return whole

    def _drawn(self, size: tuple[int, int]) -> Layer:
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


@dataclass(frozen=True)
class DecoyImage:
    """A picture with the artefact over it."""

    picture: Picture
    plan: Plan

    @property
    def key(self) -> str:
        return _key(self.picture, self.plan)

    def draw(self) -> np.ndarray:
        """(H, W, 3) uint8."""
        pixels = open_image(self.picture, self.plan.grey)
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
    return hashlib.sha256(repr((_EDITION, picture_state(picture), plan)).encode()).hexdigest()
