"""One slice of a volume, or one frame of a DICOM file with several, as a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sightline.data.greys import Deep, shown
from sightline.data.volumes import AXIS, Plane, is_nifti, shape, volume
from sightline.errors import UserError

DICOM = {".dcm", ".dicom"}
OTHERS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"GIF8", b"RIFF")  # how files begin that Pillow reads


@dataclass(frozen=True)
class Frame:
    """A slice or frame. It is written `FILE#NUMBER`, counted from 1, as viewers do.

    Attributes:
        path: of the volume.
        number: counted from 0.
        plane: of the slice; None of a frame of a DICOM file.
    """

    path: Path
    number: int
    plane: Plane | None = None

    def __str__(self) -> str:
        return f"{self.path}#{self.number + 1}"

    @property
    def key(self) -> str:
        try:
            status = os.stat(self.path)
            state = f"{status.st_mtime_ns} {status.st_size}"
        except OSError:
            state = ""  # reading it says what is wrong, in words
        return f"{os.path.abspath(self.path)} {state} {self.plane} {self.number}"

    def pixels(self) -> np.ndarray | Deep:
        """(H, W, 3) uint8, or greys that have no scale; those of a volume share its own.

        Raises:
            UserError: the file cannot be read.
        """
        if self.plane is None:
            from sightline.data import dicom  # half a second, which only those spend who have such files

            return dicom.read_pixels(self.path, self.number)
        whole = volume(self.path)
        values = whole.slice(self.plane, self.number)
        if values.dtype == np.uint8:
            return np.repeat(values[..., None], 3, axis=2)
        return Deep(values, "volume", whole.low, whole.high)

    def size(self) -> tuple[int, int]:
        """(H, W); only the head of the file is read."""
        if self.plane is None:
            from sightline.data import dicom

            return dicom.size(self.path)
        sides = [side for axis, side in enumerate(shape(self.path)) if axis != AXIS[self.plane]]
        return sides[1], sides[0]

    def draw(self) -> np.ndarray:
        """(H, W, 3) uint8."""
        pixels = self.pixels()
        return shown(pixels, None, self.path) if isinstance(pixels, Deep) else pixels


@dataclass(frozen=True)
class MaskFrame(Frame):
    """A slice of a volume that is a mask: what is not zero is inside, unless `data.mask` says otherwise.

    Attributes:
        levels: values that are inside; empty: all but zero, of which there may be one.
        least: value from which on voxels are inside.
    """

    levels: tuple[float, ...] = ()
    least: float | None = None

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: the mask has several levels, and nothing says which are inside.
        """
        values = self._values()
        if self.least is not None:
            inside = values >= self.least
        elif self.levels:
            inside = np.isin(values, self.levels)
        else:
            inside = values != 0
            found = np.unique(values[inside])
            highest = volume(self.path).high if self.plane else found.max(initial=0)
            if (found != highest).any():
                listed = ", ".join(f"{level:g}" for level in sorted({*found[:4].tolist(), highest}))
                remedy = "Say which are inside with `data.mask.levels=[...]`, or from which on with `data.mask.least=...`."
                raise UserError(str(self), f"is a mask with several levels ({listed})", remedy)
        return np.where(inside, np.uint8(255), np.uint8(0))

    def _values(self) -> np.ndarray:
        """(H, W)."""
        if self.plane is not None:
            return volume(self.path).slice(self.plane, self.number)
        pixels = self.pixels()
        return pixels.values if isinstance(pixels, Deep) else pixels[..., 0]


def count_of(path: Path, plane: Plane) -> int | None:
    """How many slices or frames a file holds; None where it holds a picture alone.

    Raises:
        UserError: a volume that cannot be read.
    """
    if is_nifti(path):
        return shape(path)[AXIS[plane]]
    if not is_dicom(path):
        return None
    from sightline.data import dicom

    frames = dicom.frames(path)
    return frames if frames > 1 else None


def is_dicom(path: Path) -> bool:
    """Whether a file is DICOM: by its content, or by its name where the content is nothing that is known."""
    try:
        with path.open("rb") as file:
            head = file.read(132)
    except OSError:
        head = b""
    return head[128:] == b"DICM" or (path.suffix.lower() in DICOM and not head.startswith(OTHERS))


def frame_of(path: Path, number: int, plane: Plane) -> Frame:
    """The slice or frame at a place, counted from 0."""
    return Frame(path, number, plane if is_nifti(path) else None)


def mask_of(path: Path, frame: Frame) -> MaskFrame:
    """The slice of a mask that belongs to a slice."""
    return MaskFrame(path, frame.number, frame.plane if is_nifti(path) else None)
