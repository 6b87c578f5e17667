"""Volumes of NIfTI files: read once, kept while they are used, and cut into slices as a radiologist sees them."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np

from sightline.errors import UserError

Plane = Literal["axial", "coronal", "sagittal"]
AXIS: dict[Plane, int] = {"sagittal": 0, "coronal": 1, "axial": 2}  # across which a plane lies, of right, anterior, superior
ENDINGS = (".nii", ".nii.gz")
KEPT = 1024**3  # bytes of volumes that are held in memory at once


@dataclass(frozen=True)
class Volume:
    """A volume whose axes run to the patient's right, front and head.

    Attributes:
        values: (X, Y, Z), as stored.
        slope, intercept: from stored values to those that are meant.
        low, high: the smallest and the largest of these.
    """

    values: np.ndarray
    slope: float
    intercept: float
    low: float
    high: float

    def slice(self, plane: Plane, number: int) -> np.ndarray:
        """(H, W): head or front on top, the patient's right (or front) on the left, as radiologists show them."""
        seen: np.ndarray = np.take(self.values, number, AXIS[plane])[::-1, ::-1].T
        return seen if (self.slope, self.intercept) == (1, 0) else seen * self.slope + self.intercept


def is_nifti(path: Path) -> bool:
    """By its name, as all programs know them."""
    return path.name.lower().endswith(ENDINGS)


def shape(path: Path) -> tuple[int, int, int]:
    """Slices (sagittal, coronal, axial); the head of the file alone is read.

    Raises:
        UserError: see `volume`.
    """
    loaded, turn = _opened(path)
    sides = [0, 0, 0]
    for axis, (to, _) in enumerate(turn):
        sides[int(to)] = int(loaded.shape[axis])
    return sides[0], sides[1], sides[2]


_held: OrderedDict[tuple[str, int, int], Volume] = OrderedDict()
_lock = Lock()


def volume(path: Path) -> Volume:
    """The volume of a NIfTI file. Of the last ones, up to a gigabyte, each is decoded once for all of its slices.

    Raises:
        UserError: no such file, a damaged one, nibabel is missing, or the file holds colours or more than three dimensions.
    """
    with _lock:
        key = _state(path)
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
        found = _held[key] = _decoded(path)
        while len(_held) > 1 and sum(one.values.nbytes for one in _held.values()) > KEPT:
            _held.popitem(last=False)
        return found


def _state(path: Path) -> tuple[str, int, int]:
    try:
        status = os.stat(path)
    except OSError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    return os.path.abspath(path), status.st_mtime_ns, status.st_size


def _decoded(path: Path) -> Volume:
    loaded, turn = _opened(path)
    from nibabel.orientations import apply_orientation

    try:
        stored = np.asanyarray(loaded.dataobj.get_unscaled()).reshape(loaded.shape[:3])
        values = np.asarray(apply_orientation(stored, turn))  # type: ignore[no-untyped-call]  # a view
        ends = [float(stored.min()), float(stored.max())]
    except Exception as error:  # damaged files raise almost anything
        raise _damaged(path, error) from None
    slope, intercept = float(loaded.dataobj.slope), float(loaded.dataobj.inter)
    low, high = sorted(end * slope + intercept for end in ends)
    return Volume(values, slope, intercept, low, high)


def _opened(path: Path) -> tuple[Any, np.ndarray]:
    """The file with its head read; where its axes lead: to which of right, front, head, and in which direction."""
    try:
        import nibabel
        from nibabel.orientations import io_orientation
    except ImportError:
        raise UserError(path, "is a NIfTI file, which needs nibabel", "Install it with pip install 'sightline[nifti]'.") from None
    try:
        loaded: Any = nibabel.load(path)
        sides, turn = loaded.shape, io_orientation(loaded.affine)  # type: ignore[no-untyped-call]
        kind = loaded.get_data_dtype()
    except FileNotFoundError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    except Exception as error:  # damaged files raise almost anything
        raise _damaged(path, error) from None
    if kind.names or kind.kind not in "uif":
        raise UserError(path, f"holds {kind}, not grey values", "Save it as NIfTI with one number for each voxel.")
    if any(side != 1 for side in sides[3:]):
        reason = f"has {len(sides)} dimensions, {' x '.join(map(str, sides))}: several volumes in one file"
        raise UserError(path, reason, "Save the one that is meant (a point in time, a contrast) as a file of its own.")
    if len(sides) < 3 or np.isnan(turn).any():
        raise UserError(path, "is no volume, or does not say where its axes lead", "Export it with three dimensions and an affine.")
    return loaded, turn


def _damaged(path: Path, error: Exception) -> UserError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return UserError(path, f"is cut short or damaged ({reason})", "Fetch or export the file again.")
