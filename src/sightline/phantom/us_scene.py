"""One ultrasound picture's content, whatever the size at which it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from zlib import crc32

import numpy as np

from sightline.phantom.canvas import Layer
from sightline.phantom.noise import Field, centres, field
from sightline.phantom.outline import Outline
from sightline.phantom.ultrasound_marks import paint_body_marker, paint_caliper, paint_text_line
from sightline.phantom.us_lesion import Suspicion, make_mass, make_suspicion, paint_mass
from sightline.phantom.us_tissue import Layers, make_layers, paint_layers

ARTEFACTS: dict[str, Callable[[np.random.Generator, Outline, int], Layer]] = {
    "body_marker": lambda rng, outline, size: paint_body_marker(rng, size, outline),
    "text": paint_text_line,
    "caliper": paint_caliper,
}
_GRAIN = (110, 64)  # speckles along the depth and across it: sound is resolved better along its way


class UltrasoundScene:
    """Layers of a breast and a mass that follow from a seed; a sonographer's mark can be laid over them.

    Every part has a random stream of its own, so that nothing but the mass and what lies behind it depends on the class, and nothing at
    all on the mark.

    Attributes:
        area: share of the image that the mass covers, as wanted; `outline.area` is what it came to.
    """

    def __init__(self, seed: tuple[int, ...], label: str) -> None:
        self.seed, self.label = seed, label
        facts = self.stream("facts")
        self.area = 0.03 + 0.09 * facts.beta(1.5, 2.0)
        self.place = (float(facts.random()), float(facts.random()))

    def stream(self, part: str) -> np.random.Generator:
        return np.random.default_rng((*self.seed, crc32(part.encode())))

    @cached_property
    def suspicion(self) -> Suspicion:
        return make_suspicion(self.stream("suspicion"), self.label)

    @cached_property
    def outline(self) -> Outline:
        return make_mass(self.stream("outline"), self.suspicion, self.area, self.place)

    @cached_property
    def layers(self) -> Layers:
        return make_layers(self.stream("layers"))

    def artefact(self, kind: str, size: int) -> Layer:
        """What the mark covers: calipers touch the mass's border, the others keep clear of it."""
        return ARTEFACTS[kind](self.stream(kind), self.outline, size).trimmed()

    def draw(self, size: int, artefact: str | None) -> Field:
        """(size, size, 3) uint8."""
        echo = paint_layers(self.stream("tissue"), self.layers, size)
        echo = paint_mass(self.stream("mass"), echo, self.outline, self.suspicion)
        bright = receive(self.stream("machine"), echo)
        picture = np.repeat(bright[..., None], 3, axis=2)
        if artefact:
            picture = self.artefact(artefact, size).over(picture)
        return np.asarray((picture.clip(0, 1) * 255 + 0.5).astype(np.uint8))


def receive(rng: np.random.Generator, echo: Field) -> Field:
    """What the machine shows of echoes (size, size) in decibels: brightness in [0, 1] and beyond.

    Sound loses strength on its way down, more under poor contact; scatterers too fine to be resolved interfere, so that the echoes are
    multiplied by Rayleigh's distribution (speckle); and the logarithm of the result is shown.
    """
    size = len(echo)
    at = centres(size)
    depth = at[:, None]
    reach, gain = rng.uniform(50, 60), rng.uniform(-4, 3)  # decibels from black to white, and added to all
    fading, poor, floor = rng.uniform(4, 18), rng.uniform(0.5, 5), rng.uniform(0.001, 0.003)
    contact = np.abs(field(rng, size, 1, 7)[:1]) * poor
    lost = fading * np.maximum(depth - 0.3, 0) + contact * depth
    amplitude = speckle(rng, size) * 10 ** ((echo - lost) / 20) + floor
    return np.asarray(1 + (20 * np.log10(amplitude) + gain) / reach, np.float32)


def speckle(rng: np.random.Generator, size: int) -> Field:
    """The absolute value of a complex Gaussian field, with a mean square of one: (size, size).

    Machines add up pictures from several directions, which makes it smoother.
    """
    rows, columns = (min(cells, size) for cells in _GRAIN)
    seen = int(rng.integers(2, 5))
    power = [sum(field(rng, size, rows, columns) ** 2 for _ in range(2)) / 2 for _ in range(seen)]
    return np.asarray(np.sqrt(sum(power) / seen), np.float32)
