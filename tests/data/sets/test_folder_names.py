"""What names of folders and files mean: a split, images, masks, and which image a mask belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_folders import draw, mask, pairs

from sightline.data.sets.folder import read
from sightline.data.sets.folder_names import Meaning, bare_stems, image_stems, is_plain, meaning

NAMES = [
    *(
        "{}_mask",
        "{}-mask",
        "{} mask",
        "{}_Mask",
        "{}_MASK",
        "{}.mask",
        "{}Mask",
        "{}_masks",
        "{}(mask)",
        "{}_mask_1",
        "{}_mask1",
        "{} mask (2)",
    ),
    *("{}_segmentation", "{}_segmentation_0", "{}_Segmentation", "{}_seg", "{}-seg", "{}_gt", "{}_GT", "{}_groundtruth", "{}_ground_truth"),
    *("{}_label", "{}_labels", "{}_annotation", "{}_roi", "{}_ROI", "{}_lesion", "{}_lesion_mask", "{}_segmentation_mask", "{}.jpg_mask"),
    *("mask_{}", "Mask-{}", "gt_{}", "seg {}", "segmentation_mask_{}", "label{}"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    root = draw(tmp_path, "cat/01.jpg dog/01.jpg dog/1.jpg dog/10.jpg dog/101.jpg")
    mask(root / "cat" / f"{name.format('01')}.png")
    mask(root / "dog" / f"{name.format('101')}.png")
    records = read(root)
    assert {id: marks for id, marks in pairs(records, root).items() if marks} == {
        "cat/01.jpg": [f"cat/{name.format('01')}.png"],
        "dog/101.jpg": [f"dog/{name.format('101')}.png"],
    }
    assert len(records) == 5
    assert "7 pictures are 5 images and 2 masks, recognised as such" in records.notes[0]


def test_images_and_masks_may_both_say_what_they_are(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/img_1.png cat/2_image.png dog/3.png", "cat/mask_1.png cat/2_mask.png dog/3_mask.png dog/3_mask_1.png")
    assert pairs(read(root), root) == {
        "cat/2_image.png": ["cat/2_mask.png"],
        "cat/img_1.png": ["cat/mask_1.png"],
        "dog/3.png": ["dog/3_mask.png", "dog/3_mask_1.png"],
    }


@pytest.mark.parametrize(
    ("name", "split", "role"),
    [
        ("train", "train", None),
        ("Validation-Set", "val", None),
        ("test_images", "test", "images"),
        ("TrainingMasks", "train", "masks"),
        ("train2017", "train", None),
        ("GT", None, "masks"),
        ("lesion masks", None, "masks"),
        ("Bilder", None, "images"),
        ("images_labels", None, "masks"),
    ],
)
def test_a_folder_of_such_words_alone_says_what_lies_there(name: str, split: str | None, role: str | None) -> None:
    assert meaning(name) == Meaning(split, role)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["melanoma", "no_mask", "lesion", "tumor images", "train test", "data", "2017", ""])
def test_other_names_say_nothing(name: str) -> None:
    assert meaning(name) is None


def test_a_plain_folder_names_the_kind_of_its_files_alone() -> None:
    assert [name for name in ("xmls", "json_data", "PNG", "xml_mel", "images", "7", "") if is_plain(name)] == ["xmls", "json_data", "PNG"]


def test_stems_are_what_remains_without_the_words() -> None:
    assert image_stems("7_mask_2") == ["7"]
    assert image_stems("mask_7_seg") == ["mask_7", "7_seg"]
    assert image_stems("mask") == image_stems("unmasked") == image_stems("7") == []
    assert bare_stems("img_7") == bare_stems("7_image") == ["7"]
    assert bare_stems("7_raw_rgb") == ["7_raw", "7"]
    assert bare_stems("imagery") == []
