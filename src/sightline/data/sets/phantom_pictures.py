"""The phantom's pictures: small descriptions that are drawn when they are needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.data.drawing.parts import part_mask
from sightline.data.drawing.scene import Scene

# part of every key: raise it when the same description comes to be drawn differently, so that no cache serves old pixels
_EDITION = 1


@dataclass(frozen=True)
class PhantomImage:
    """A photograph of a lesion.

    Attributes:
        size: side in pixels.
        seed: of the scene.
        label: `nevus` or `melanoma`.
        artefact: what lies beside the lesion, if anything.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    artefact: str | None = None

    @property
    def key(self) -> str:
        return _key("image", self.size, self.seed, self.label, self.artefact or "nothing")

    def draw(self) -> np.ndarray:
        """(size, size, 3) uint8."""
        return Scene(self.seed, self.label).draw(self.size, self.artefact)


@dataclass(frozen=True)
class PhantomMask:
    """Which pixels of a `PhantomImage` show one part of it.

    Attributes:
        part: one of `drawing.parts.PARTS`.
        artefact: what lies beside the lesion; the skin depends on it, and nothing else does.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    part: str = "lesion"
    artefact: str | None = None

    @property
    def key(self) -> str:
        return _key("mask", self.size, self.seed, self.label, self.part + (f"-without-{self.artefact}" if self.artefact else ""))

    def draw(self) -> np.ndarray:
        """(size, size) uint8, 0 or 255."""
        return np.where(part_mask(Scene(self.seed, self.label), self.part, self.size, self.artefact), np.uint8(255), np.uint8(0))


def _key(what: str, size: int, seed: tuple[int, ...], label: str, part: str) -> str:
    return f"phantom{_EDITION}-{what}-{size}-{'.'.join(map(str, seed))}-{label}-{part}"
