"""Masks in files that need more than opening: graded levels, palettes, MATLAB variables, chosen levels."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from sightline.data.mask_levels import Levels
from sightline.data.sets.mask_files import GradedMask, LevelMask, MaskFile, MatMask, PaletteMask, matlab
from sightline.errors import UserError

VALUES = np.array([[0, 1, 2], [2, 0, 1]], np.uint8)


def grey(path: Path) -> MaskFile:
    Image.fromarray(VALUES * 100).save(path)
    return GradedMask(path, 100)


def palette(path: Path) -> MaskFile:
    picture = Image.fromarray(VALUES, mode="P")
    picture.putpalette([9, 9, 9, 200, 0, 0, 0, 200, 0])
    picture.save(path)
    return PaletteMask(path, 2)


def levels(path: Path) -> MaskFile:
    Image.fromarray(VALUES).save(path)
    return LevelMask(path, Levels((1,)))


def mat(path: Path) -> MaskFile:
    savemat(path, {"seg": VALUES.astype(float) - 1})
    return MatMask(path.with_suffix(".png"), "seg")


KINDS: dict[str, tuple[Callable[[Path], MaskFile], np.ndarray]] = {
    "graded": (grey, VALUES >= 1),
    "palette": (palette, VALUES == 2),
    "levels": (levels, VALUES == 1),
    "matlab": (mat, VALUES > 1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_which_pixels_are_inside(tmp_path: Path, kind: str) -> None:
    make, inside = KINDS[kind]
    (tmp_path / "m.png").touch()
    mask = make(tmp_path / "m.png")
    assert np.array_equal(mask.inside(), inside)
    assert mask.draw().dtype == np.uint8
    assert np.array_equal(mask.draw(), np.where(inside, 255, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_follows_the_file_and_the_choice(tmp_path: Path, kind: str) -> None:
    make, _ = KINDS[kind]
    (tmp_path / "m.png").touch()
    mask = make(tmp_path / "m.png")
    assert pickle.loads(pickle.dumps(mask)).key == mask.key
    before = mask.key
    mask.path.write_bytes(b"something else")
    changed = mask.key
    assert changed != before
    mask.path.unlink()
    assert mask.key not in (before, changed), "drawing it says what is wrong"
    assert GradedMask(mask.path, 1).key != GradedMask(mask.path, 2).key


def test_what_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    Image.new("RGB", (3, 2)).save(tmp_path / "rgb.png")
    with pytest.raises(UserError, match=r"rgb\.png: holds colours instead of class numbers"):
        PaletteMask(tmp_path / "rgb.png", 1).draw()
    with pytest.raises(NotImplementedError):
        MaskFile(tmp_path / "rgb.png").draw()


def test_matlab_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"seg": VALUES})
    assert np.array_equal(matlab(tmp_path / "a.mat", "seg"), VALUES)
    with pytest.raises(UserError, match=r"a\.mat: holds no variable 'bbox'"):
        matlab(tmp_path / "a.mat", "bbox")
    with pytest.raises(UserError, match=r"b\.mat: no such file"):
        matlab(tmp_path / "b.mat", "seg")
    (tmp_path / "b.mat").write_bytes(b"MATLAB 7.3 MAT-file, of HDF5")
    with pytest.raises(UserError, match=r"b\.mat: is not a MATLAB file that can be read\. .*save it with -v7"):
        matlab(tmp_path / "b.mat", "seg")
