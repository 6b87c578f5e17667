"""A miniature of BUSI with its odd cases: spaces and brackets, several masks, 1-bit, RGB and RGBA masks, a size per image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.images import image_size
from sightline.data.reading import read as read_data
from sightline.data.sets.busi import read
from sightline.errors import UserError
from sightline.types import Record


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def mark(size: tuple[int, int], row: int) -> np.ndarray:
    inside = np.zeros(size, bool)
    inside[row] = True
    return inside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    top = tmp_path / "Dataset_BUSI_with_GT"
    for label, count in (("benign", 10), ("malignant", 2), ("normal", 2)):
        for n in range(1, count + 1):
            size = (8 + n, 12 + n)
            save(top / label / f"{label} ({n}).png", np.full((*size, 3), 10 * n, np.uint8))
            mask = np.zeros((*size, 3), np.uint8) if label == "normal" else mark(size, 1)
            save(top / label / f"{label} ({n})_mask.png", mask)
    extra = np.zeros((12, 16, 4), np.uint8)
    extra[5, :, :3] = 255
    extra[..., 3] = 255
    save(top / "benign" / "benign (4)_mask_1.png", extra)
    save(top / "benign" / "benign (4)_mask_2.png", mark((12, 16), 9))
    (top / "benign" / "Thumbs.db").write_bytes(b"")
    (top / "benign" / "._benign (1).png").write_bytes(b"")
    return tmp_path


def roi(record: Record) -> np.ndarray:
    rendered = render(record.annotations, image_size(record.image), where=record.id)
    assert rendered is not None
    return rendered


@pytest.mark.parametrize("inside", ["", "Dataset_BUSI_with_GT"])
def test_images_in_number_order_without_masks_among_them(root: Path, inside: str) -> None:
    records = read(root / inside)
    assert [r.id for r in records[:10]] == [f"benign ({n})" for n in range(1, 11)]
    assert [r.label for r in records].count("normal") == 2
    assert len(records) == 14
    assert all(r.split is None and r.group is None for r in records)


def test_a_lesion_is_the_union_of_its_masks_whatever_their_mode(root: Path) -> None:
    fourth = read(root)[3]
    assert len(fourth.annotations) == 3
    assert np.flatnonzero(roi(fourth).all(axis=1)).tolist() == [1, 5, 9]
    assert roi(fourth).sum() == 3 * 16


def test_normal_images_are_known_to_show_nothing(root: Path) -> None:
    normal = [r for r in read(root) if r.label == "normal"]
    assert all([mark.kind for mark in r.annotations] == ["nothing"] for r in normal)
    assert not roi(normal[0]).any()


@pytest.mark.parametrize(
    ("task", "classes", "count"),
    [(None, ("benign", "malignant"), 12), ("three", ("normal", "benign", "malignant"), 14), ("lesion", ("normal", "lesion"), 14)],
)
def test_tasks(root: Path, task: str | None, classes: tuple[str, ...], count: int) -> None:
    dataset = read_data(Data(name="busi", root=root, task=task))
    assert dataset.classes == classes
    assert len(dataset.records) == count


def test_a_mask_without_its_image_is_named(root: Path) -> None:
    (root / "Dataset_BUSI_with_GT/malignant/malignant (2).png").unlink()
    with pytest.raises(UserError, match=r"malignant \(2\)_mask\.png: is the mask of malignant \(2\)\.png, which is missing"):
        read(root)


def test_a_wrong_or_missing_root_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"`root=...`: is not given\. Expected: Dataset_BUSI_with_GT/ with the folders benign"):
        read(None)
    with pytest.raises(UserError, match=r"is not the folder of BUSI\. Expected"):
        read(tmp_path)
