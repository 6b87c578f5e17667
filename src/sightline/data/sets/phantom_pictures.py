"""Pictures of the drawn data sets: small descriptions that are drawn when they are needed; and the options that both data sets share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.errors import UserError
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


# part of every key: raise it when the same description comes to be drawn differently, so that no cache serves old pixels


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
        return _chest_key("image", self.size, self.seed, self.label, beside)

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
        return _chest_key("mask", self.size, self.seed, self.label, self.part)

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


def _chest_key(what: str, size: int, seed: tuple[int, ...], label: str, part: str) -> str:
    return f"phantom_cxr{_EDITION}-{what}-{size}-{'.'.join(map(str, seed))}-{label}-{part}"


@dataclass(frozen=True)
class UltrasoundImage:
    """An ultrasound picture of a breast.

    Attributes:
        label: `benign` or `malignant`.
        artefact: what the sonographer left beside the mass, if anything.
    """

    size: int
    seed: tuple[int, ...]
    label: str
    artefact: str | None = None

    @property
    def key(self) -> str:
        return _ultrasound_key("image", self.size, self.seed, self.label, self.artefact or "nothing")

    def draw(self) -> np.ndarray:
        """(size, size, 3) uint8."""
        return UltrasoundScene(self.seed, self.label).draw(self.size, self.artefact)


@dataclass(frozen=True)
class UltrasoundMask:
    """Which pixels of an `UltrasoundImage` show one part of it: one of `phantom.us_parts.PARTS`."""

    size: int
    seed: tuple[int, ...]
    label: str
    part: str = "lesion"

    @property
    def key(self) -> str:
        return _ultrasound_key("mask", self.size, self.seed, self.label, self.part)

    def draw(self) -> np.ndarray:
        """(size, size) uint8, 0 or 255."""
        return np.where(ultrasound_part(UltrasoundScene(self.seed, self.label), self.part, self.size), np.uint8(255), np.uint8(0))


def _ultrasound_key(what: str, size: int, seed: tuple[int, ...], label: str, part: str) -> str:
    return f"phantom_ultrasound{_EDITION}-{what}-{size}-{'.'.join(map(str, seed))}-{label}-{part}"


_SMALLEST = 32


def agreement(count: int, classes: int, correlation: float, rng: np.random.Generator) -> np.ndarray:
    """Which images' artefact agrees with their class, (count,) bool: in each class the very share, rounded to whole images.

    Image i is of class i % `classes`.
    """
    agrees = np.zeros(count, dtype=bool)
    for first in range(classes):
        members = rng.permutation(np.arange(first, count, classes))
        agrees[members[: round(correlation * len(members))]] = True
    return agrees


def check_plan(name: str, size: int, counts: dict[str, int], correlation: float | None, seed: int) -> None:
    """Refuses what cannot be drawn.

    Raises:
        UserError: names the option.
    """
    if size < _SMALLEST:
        raise UserError(f"{name} size", f"{size} pixels are too few to show anything", f"Use at least {_SMALLEST}.")
    for split, count in counts.items():
        if count < 0:
            raise UserError(f"{name} {split}", f"{count} is not a number of images", "Use 0 or more.")
    if correlation is not None and not 0 <= correlation <= 1:
        raise UserError(f"{name} correlation", f"{correlation} is not a share", "Use a number from 0 to 1.")
    if seed < 0:
        raise UserError(f"{name} seed", f"{seed} is negative", "Use 0 or more.")
