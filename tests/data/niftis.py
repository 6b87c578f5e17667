"""Volumes as NIfTI files."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np

SHAPE = (12, 10, 6)  # right to left, front to back, feet to head
VALUES = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def save(path: Path, values: np.ndarray = VALUES, axes: tuple[int, int, int] = (1, 1, 1)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(values, np.diag([*axes, 1.0])), path)
    return path


def mri(top: Path) -> Path:
    """Two classes of two volumes each, one of them compressed; a mask for each."""
    for i, name in enumerate(("a/one.nii", "a/two.nii.gz", "b/three.nii", "b/four.nii.gz")):
        save(top / name, VALUES + np.int16(i))
        inside = np.zeros(SHAPE, np.uint8)
        inside[2:5, 6:9, 3] = 1
        save(top / name.replace(".nii", "_mask.nii"), inside)
    return top
