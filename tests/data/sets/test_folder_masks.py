"""Masks in a folder of classes, as people call and keep them; and pictures of which it is not clear what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_folders import draw, mask, pairs, photo

from sightline.data.sets.folder import read
from sightline.errors import UserError


def test_a_mask_of_two_images_of_one_name_is_ambiguous(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg cat/1.bmp dog/1.jpg", "cat/1_mask.png")
    with pytest.raises(UserError, match=r"1_mask\.png: may be the mask of cat/1\.bmp, cat/1\.jpg\. Give each image a name of its own"):
        read(root)


def test_a_mask_whose_image_lies_elsewhere_says_where(tmp_path: Path) -> None:
    root = draw(tmp_path, "images/cat/1.jpg images/dog/2.jpg", "masks/cat/2.png")
    with pytest.raises(UserError, match=r"masks/cat/2\.png: is a mask, but the image of that name lies elsewhere: images/dog/2\.jpg"):
        read(root)
    root = draw(tmp_path / "b", "train/cat/1.jpg train/dog/1.jpg test/dog/7.jpg", "train/cat/7_mask.png")
    with pytest.raises(UserError, match=r"cat/7_mask\.png: is a mask, but there is no image '7' beside it \(there is test/dog/7\.jpg\)"):
        read(root)


def test_names_like_a_masks_without_their_image_are_images_if_they_look_so(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1_gt.jpg cat/2_label.jpg dog/3_with_mask.jpg dog/my_roi.jpg")
    assert len(read(root)) == 4
    mask(root / "dog/8_seg.png")
    with pytest.raises(UserError, match=r"8_seg\.png: is a mask, but there is no image '8' beside it"):
        read(root)


def test_a_folder_for_each_image_with_its_mask(tmp_path: Path) -> None:
    root = draw(
        tmp_path, "cat/p1/image.png cat/p2/img.png dog/p3/scan.png", "cat/p1/mask.png cat/p2/label.png dog/p3/mask_1.png dog/p3/mask_2.png"
    )
    assert pairs(read(root), root) == {
        "cat/p1/image.png": ["cat/p1/mask.png"],
        "cat/p2/img.png": ["cat/p2/label.png"],
        "dog/p3/scan.png": ["dog/p3/mask_1.png", "dog/p3/mask_2.png"],
    }


def test_masks_in_files_that_are_not_read_are_said(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.png cat/2.png dog/1.png")
    for name in ("cat/1_mask.gif", "cat/2_mask.npy", "dog/notes.txt", "cat/9_mask.gif"):
        (root / name).write_bytes(b"")
    note = "2 of the files left out have names of masks (1_mask.gif, 2_mask.npy): save them as PNG, or their images stay without masks"
    assert note in read(root).notes


OTHERS = {
    "a folder that no word tells": ("infection masks", "{}/images/1.jpg", "{}/infection masks/1.png", "{}/lung masks/1.png"),
    "a name that tells": ("*_outline", "{}/1.jpg", "{}/1_outline.png", "{}/1_mask.png"),
    "another expert": ("*_mask_expert1", "{}/1.jpg", "{}/1_mask_expert1.png", "{}/1_mask_expert2.png"),
    "another number": ("*_Umriss", "{}/1.jpg", "{}/1_Umriss.png", "{}/1_Umriss_1.png"),
    "a part without image": ("*_lesion_mask", "{}/1.jpg", "{}/1_lesion_mask.png", "{}/1_ruler_mask.png"),
    "a folder of masks": ("*_outline", "{}/1.jpg", "{}/1_outline.png", "masks/{}/1.png"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_masks_that_the_user_does_not_name_are_left_out_and_said(tmp_path: Path, case: str) -> None:
    option, photos, marks, others = OTHERS[case]
    for label in ("cat", "dog"):
        photo(tmp_path / photos.format(label))
        mask(tmp_path / marks.format(label))
        mask(tmp_path / others.format(label))
    records = read(tmp_path, masks=option)
    assert pairs(records, tmp_path) == {photos.format(label): [marks.format(label)] for label in ("cat", "dog")}
    names = ", ".join(others.format(label) for label in ("cat", "dog"))
    assert f"Left out: 2 pictures that look like masks by name, folder or pixels, but are not named by data.options.masks ({names})" in (
        records.notes
    )


def test_pictures_in_folders_of_masks_are_said_where_there_shall_be_none(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/2.jpg", "masks/1.png masks/2.png")
    assert "Left out: 2 pictures that lie in folders of masks (masks/1.png, masks/2.png)" in read(root, masks="none").notes


def test_german_folders_and_a_folder_for_each_image(tmp_path: Path) -> None:
    root = draw(tmp_path, "Bilder/cat/1.jpg Bilder/dog/1.jpg", "Masken/cat/1.png Masken/dog/1_Maske.png")
    assert pairs(read(root), root) == {"Bilder/cat/1.jpg": ["Masken/cat/1.png"], "Bilder/dog/1.jpg": ["Masken/dog/1_Maske.png"]}
    root = draw(tmp_path / "b", "cat/p/images/p.png dog/q/images/q.png", "cat/p/masks/a1.png cat/p/masks/a2.png dog/q/masks/a1.png")
    assert pairs(read(root), root) == {
        "cat/p/images/p.png": ["cat/p/masks/a1.png", "cat/p/masks/a2.png"],
        "dog/q/images/q.png": ["dog/q/masks/a1.png"],
    }
