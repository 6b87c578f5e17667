"""One picture's content, whatever the size at which it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from zlib import crc32

import numpy as np

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.gel import paint_gel
from sightline.data.drawing.hair import paint_hair
from sightline.data.drawing.ink import paint_ink
from sightline.data.drawing.lesion import make_disorder, paint_lesion
from sightline.data.drawing.light import defocus, illuminate, sensor_noise
from sightline.data.drawing.noise import Field
from sightline.data.drawing.outline import Outline, make_outline
from sightline.data.drawing.ruler import paint_ruler
from sightline.data.drawing.skin import TONES, paint_skin
from sightline.data.drawing.sticker import paint_sticker

ARTEFACTS: dict[str, Callable[[np.random.Generator, Outline, int], Layer]] = {
    "ruler": paint_ruler,
    "sticker": paint_sticker,
    "ink": paint_ink,
    "gel": paint_gel,
}
_TONE_SHARES = (0.22, 0.26, 0.22, 0.14, 0.10, 0.06)


class Scene:
    """Skin, lesion, hair and light that follow from a seed; an artefact can be laid over it.

    Every part has a random stream of its own, so that nothing but the lesion depends on the class, and nothing at all on the artefact.

    Attributes:
        skin_type: Fitzpatrick type, `I` to `VI`.
        hair: whether there is any.
        area: share of the image that the lesion covers, as wanted; `outline.area` is what it came to.
    """

    def __init__(self, seed: tuple[int, ...], label: str) -> None:
        self.seed, self.label = seed, label
        facts = self.stream("facts")
        self.skin_type = list(TONES)[facts.choice(len(TONES), p=_TONE_SHARES)]
        self.hair = bool(facts.random() < 0.4)
        self.area = 0.04 + 0.16 * facts.beta(1.5, 2.5)
        self.place = (float(facts.random()), float(facts.random()))

    def stream(self, part: str) -> np.random.Generator:
        return np.random.default_rng((*self.seed, crc32(part.encode())))

    @cached_property
    def outline(self) -> Outline:
        rng = self.stream("outline")
        self.disorder = make_disorder(rng, self.label)
        return make_outline(rng, self.area, self.place, self.disorder.border)

    def artefact(self, kind: str, size: int) -> Layer:
        """What the artefact covers: it keeps clear of the lesion."""
        return ARTEFACTS[kind](self.stream(kind), self.outline, size).trimmed()

    def draw(self, size: int, artefact: str | None) -> Field:
        """(size, size, 3) uint8."""
        outline = self.outline
        picture = paint_skin(self.stream("skin"), size, self.skin_type)
        picture = paint_lesion(self.stream("lesion"), picture, outline, self.disorder)
        if self.hair:
            picture = paint_hair(self.stream("hair"), size).over(picture)
        light = self.stream("light")
        picture = defocus(light, picture)
        if artefact:  # in focus: it lies on the lens's side of the skin, and the blur must not carry it beyond its mask
            picture = self.artefact(artefact, size).over(picture)
        picture = picture * illuminate(light, size) + sensor_noise(self.stream("noise"), size)
        return np.asarray((picture.clip(0, 1) * 255 + 0.5).astype(np.uint8))
