"""One picture's content, whatever the size at which it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from zlib import crc32

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sightline.phantom.canvas import Layer
from sightline.phantom.gel import paint_gel
from sightline.phantom.hair import paint_hair
from sightline.phantom.ink import paint_ink
from sightline.phantom.lesion import make_disorder, paint_lesion
from sightline.phantom.noise import Field, centres
from sightline.phantom.outline import Outline, make_outline
from sightline.phantom.ruler import paint_ruler
from sightline.phantom.skin import TONES, paint_skin
from sightline.phantom.skin_marks import paint_sticker


def illuminate(rng: np.random.Generator, size: int) -> Field:
    """Brightness over the image, (size, size, 3): a gradient, a vignette and the lamp's colour."""
    at = centres(size) - np.float32(0.5)
    slope, centre = rng.uniform(-0.16, 0.16, 2).tolist(), rng.uniform(-0.1, 0.1, 2).tolist()
    fall = rng.uniform(0.1, 0.55)
    vignette = 1 - fall * ((at[:, None] - centre[1]) ** 2 + (at[None, :] - centre[0]) ** 2) ** 1.3
    level = rng.uniform(0.9, 1.06) * vignette * (1 + slope[1] * at[:, None] + slope[0] * at[None, :])
    lamp = np.exp(rng.normal(0, 0.025, 3)).astype(np.float32)
    return np.asarray(level[..., None] * lamp)


def defocus(rng: np.random.Generator, picture: Field) -> Field:
    """A slight blur, the same share of the image at every size."""
    sigma = rng.uniform(0.0012, 0.0042) * len(picture)
    if sigma < 0.3:  # less than the pixel itself blurs
        return picture
    return np.asarray(gaussian_filter1d(gaussian_filter1d(picture, sigma, axis=0, truncate=3), sigma, axis=1, truncate=3))


def sensor_noise(rng: np.random.Generator, size: int) -> Field:
    """(size, size, 3), in units of full brightness."""
    grain = rng.standard_normal((size, size, 3), dtype=np.float32)
    return np.asarray(np.float32(rng.uniform(0.003, 0.009)) * grain)


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
