"""One slice of a volume is shown as radiologists see it, or refused in words."""

from __future__ import annotations

import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from niftis import VALUES, save

from sightline.data.frames import Frame
from sightline.data.images import image_size, open_image
from sightline.errors import UserError


def test_slices_are_seen_as_radiologists_see_them_however_the_file_lies(tmp_path: Path) -> None:
    plain = save(tmp_path / "a.nii")
    turned = save(tmp_path / "b.nii.gz", np.ascontiguousarray(VALUES[::-1, ::-1]), (-1, -1, 1))
    frame = Frame(plain, 2, "axial")
    expected = VALUES[:, :, 2]
    seen = frame.pixels().values  # type: ignore[union-attr]
    assert seen[0, 0] == expected[-1, -1], "the front is on top, the patient's right on the left"
    assert seen.shape == frame.size() == image_size(frame) == (10, 12)
    assert np.array_equal(Frame(turned, 2, "axial").pixels().values, seen)  # type: ignore[union-attr]
    assert Frame(plain, 1, "coronal").pixels().values[0, 0] == VALUES[-1, 1, -1]  # type: ignore[union-attr]
    assert Frame(plain, 1, "sagittal").size() == (6, 10)


def test_slices_share_the_scale_of_their_volume_or_that_of_the_setting(tmp_path: Path) -> None:
    path = save(tmp_path / "a.nii")
    first, last = (open_image(Frame(path, n, "axial")) for n in (0, 5))
    assert (first.min(), last.max()) == (0, 255)
    assert first.max() < 255
    assert open_image(Frame(path, 0, "axial"), (0, 10)).max() == 255


def test_the_rescale_of_the_file_counts(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(VALUES, np.eye(4))
    image.header.set_slope_inter(2, -100)
    nibabel.save(image, tmp_path / "a.nii.gz")
    deep = Frame(tmp_path / "a.nii.gz", 0, "axial").pixels()
    assert (deep.low, deep.high) == (-100, 2 * VALUES.max() - 100)  # type: ignore[union-attr]


def test_what_cannot_be_read_is_refused_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="has 4 dimensions, 12 x 10 x 3 x 2: several volumes in one file"):
        Frame(save(tmp_path / "a.nii", VALUES.reshape(12, 10, 3, 2)), 0, "axial").pixels()
    path = save(tmp_path / "cut.nii.gz")
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(UserError, match="cut short or damaged"):
        Frame(path, 0, "axial").pixels()
    with pytest.raises(UserError, match=r"is a volume, not a picture.*cut.nii.gz#1"):
        open_image(path)
    monkeypatch.setitem(sys.modules, "nibabel", None)
    with pytest.raises(UserError, match=r"pip install 'sightline\[nifti\]'"):
        Frame(save_again := tmp_path / "a.nii", 0, "axial").size()
    assert save_again.exists()
