"""The chest phantom's pictures: small descriptions that are drawn when they are needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.data.drawing.cxr_chest import SIDES
from sightline.data.drawing.cxr_scene import ChestScene

# part of every key: raise it when the same description comes to be drawn differently, so that no cache serves old pixels
_EDITION = 1


@dataclass(frozen=True)
class ChestImage:
    """A radiograph.

    Attributes:
        size: side in pixels.
        seed: of the scene.
        label: `normal`, `cardiomegaly` or `pneumonia`.
        token: whether a side marker lies beside the patient.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    token: bool = False

    @property
    def key(self) -> str:
        return _key("image", self.size, self.seed, self.label, "token" if self.token else "plain")

    def draw(self) -> np.ndarray:
        """(size, size, 3) uint8."""
        return ChestScene(self.seed, self.label).draw(self.size, self.token)


@dataclass(frozen=True)
class ChestMask:
    """Which pixels of a `ChestImage` show one part of it.

    Attributes:
        part: `heart`, `right_lung`, `left_lung` (the patient's; what is seen beside the heart), `opacity` or `token`.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    part: str

    @property
    def key(self) -> str:
        return _key("mask", self.size, self.seed, self.label, self.part)

    def draw(self) -> np.ndarray:
        """(size, size) uint8, 0 or 255."""
        return np.where(self._inside(ChestScene(self.seed, self.label)), np.uint8(255), np.uint8(0))

    def _inside(self, scene: ChestScene) -> np.ndarray:
        if self.part == "heart":
            return scene.chest.heart.mask(self.size)
        if self.part == "token":
            return np.asarray(scene.token(self.size).cover > 0)
        if self.part == "opacity":
            assert scene.opacity is not None, "only a pneumonia has an opacity"
            return scene.opacity.mask(scene.chest, self.size)
        return scene.chest.lung(self.size, SIDES[self.part])


def _key(what: str, size: int, seed: tuple[int, ...], label: str, part: str) -> str:
    return f"phantom_cxr{_EDITION}-{what}-{size}-{'.'.join(map(str, seed))}-{label}-{part}"
