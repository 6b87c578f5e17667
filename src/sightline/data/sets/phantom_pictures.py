"""Pictures of the drawn data sets: small descriptions that are drawn when they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sightline.phantom.cxr_chest import SIDES
from sightline.phantom.cxr_scene import ChestScene
from sightline.phantom.parts import part_mask
from sightline.phantom.scene import Scene
from sightline.phantom.us_parts import part_mask as ultrasound_part
from sightline.phantom.us_scene import UltrasoundScene

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

    name: ClassVar[str] = "phantom"
    scene: ClassVar[type[Scene | UltrasoundScene]] = Scene

    size: int
    seed: tuple[int, ...]
    label: str
    artefact: str | None = None

    @property
    def key(self) -> str:
        return _key(self.name, "image", self.size, self.seed, self.label, self.artefact or "nothing")

    def draw(self) -> np.ndarray:
        """(size, size, 3) uint8."""
        return self.scene(self.seed, self.label).draw(self.size, self.artefact)


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
        return _key("phantom", "mask", self.size, self.seed, self.label, self.part + (f"-without-{self.artefact}" if self.artefact else ""))

    def draw(self) -> np.ndarray:
        """(size, size) uint8, 0 or 255."""
        return np.where(part_mask(Scene(self.seed, self.label), self.part, self.size, self.artefact), np.uint8(255), np.uint8(0))


def _key(name: str, what: str, size: int, seed: tuple[int, ...], label: str, part: str) -> str:
    return f"{name}{_EDITION}-{what}-{size}-{'.'.join(map(str, seed))}-{label}-{part}"


@dataclass(frozen=True)
class ChestImage:
    """A radiograph.

    Attributes:
        size: side in pixels.
        seed: of the scene.
        label: `normal`, `cardiomegaly`, `pneumonia`, or both as `cardiomegaly;pneumonia`.
        token: whether a side marker lies beside the patient.
        electrodes: whether there are electrodes on the skin.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    token: bool = False
    electrodes: bool = False

    @property
    def key(self) -> str:
        beside = ("token" if self.token else "plain") + ("-electrodes" if self.electrodes else "")
        return _key("phantom_cxr", "image", self.size, self.seed, self.label, beside)

    def draw(self) -> np.ndarray:
        """(size, size, 3) uint8."""
        return ChestScene(self.seed, self.label).draw(self.size, self.token, self.electrodes)


@dataclass(frozen=True)
class ChestMask:
    """Which pixels of a `ChestImage` show one part of it.

    Attributes:
        part: `heart`, `right_lung`, `left_lung` (the patient's; what is seen beside the heart), `opacity`, `token` or
            `electrodes`.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    part: str

    @property
    def key(self) -> str:
        return _key("phantom_cxr", "mask", self.size, self.seed, self.label, self.part)

    def draw(self) -> np.ndarray:
        """(size, size) uint8, 0 or 255."""
        return np.where(self._inside(ChestScene(self.seed, self.label)), np.uint8(255), np.uint8(0))

    def _inside(self, scene: ChestScene) -> np.ndarray:
        if self.part == "heart":
            return scene.chest.heart.mask(self.size)
        if self.part == "token":
            return np.asarray(scene.token(self.size).cover > 0)
        if self.part == "electrodes":
            return np.asarray(scene.electrodes(self.size).cover > 0)
        if self.part == "opacity":
            assert scene.opacity is not None, "only a pneumonia has an opacity"
            return scene.opacity.mask(scene.chest, self.size)
        return scene.chest.lung(self.size, SIDES[self.part])


@dataclass(frozen=True)
class UltrasoundImage(PhantomImage):
    """An ultrasound picture of a breast; the label is `benign` or `malignant`."""

    name: ClassVar[str] = "phantom_ultrasound"
    scene: ClassVar[type[Scene | UltrasoundScene]] = UltrasoundScene


@dataclass(frozen=True)
class UltrasoundMask:
    """Which pixels of an `UltrasoundImage` show one part of it: one of `phantom.us_parts.PARTS`."""

    size: int
    seed: tuple[int, ...]
    label: str
    part: str = "lesion"

    @property
    def key(self) -> str:
        return _key("phantom_ultrasound", "mask", self.size, self.seed, self.label, self.part)

    def draw(self) -> np.ndarray:
        """(size, size) uint8, 0 or 255."""
        return np.where(ultrasound_part(UltrasoundScene(self.seed, self.label), self.part, self.size), np.uint8(255), np.uint8(0))
