"""Masks in a folder of classes, as people call and keep them; and pictures of which it is not clear what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from sightline.data.sets.folder import read
from sightline.errors import UserError
from sightline.types import Records


def photo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(str(path))).integers(0, 255, (24, 24, 3), np.uint8)
    Image.fromarray(noise).save(path)


def mask(path: Path, level: int = 255) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((24, 24), np.uint8)
    pixels[6:18, 6:18] = level
    Image.fromarray(pixels).save(path)


def draw(root: Path, photos: str, masks: str = "") -> Path:
    for name in photos.split():
        photo(root / name)
    for name in masks.split():
        mask(root / name)
    return root


def pairs(records: Records, root: Path) -> dict[str, list[str]]:
    return {r.id: sorted(mark.source.relative_to(root).as_posix() for mark in r.annotations) for r in records}  # type: ignore[union-attr]


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


TREES = {
    "in each class": ("cat/images/1.jpg dog/images/1.jpg", "cat/masks/1.png dog/masks/1.png"),
    "a folder within the class": ("cat/1.jpg dog/1.jpg", "cat/GT/1.png dog/GT/1_gt.png"),
    "above the classes": ("images/cat/1.jpg images/dog/1.jpg", "masks/cat/1.png masks/dog/1.png"),
    "img and ann": ("img/cat/1.jpg img/dog/1.jpg", "ann/cat/1.png ann/dog/1.png"),
    "imgs and Annotations": ("imgs/cat/1.jpg imgs/dog/1.jpg", "Annotations/cat/1.png Annotations/dog/1.png"),
    "image and mask": ("image/cat/1.jpg image/dog/1.jpg", "mask/cat/1_mask.png mask/dog/1_mask.png"),
    "beside the classes": ("cat/1.jpg dog/1.jpg", "masks/cat/1.png masks/dog/1.png"),
    "beside the classes, all in one": ("cat/1.jpg dog/2.jpg", "ground_truth/1.png ground_truth/2.png"),
    "below the split": ("train/images/cat/1.jpg test/images/dog/1.jpg", "train/masks/cat/1.png test/masks/dog/1.png"),
    "above the split": ("images/train/cat/1.jpg images/test/dog/1.jpg", "labels/train/cat/1.png labels/test/dog/1.png"),
    "with the split": ("train_images/cat/1.jpg test_images/dog/1.jpg", "train_masks/cat/1.png test_masks/dog/1.png"),
    "with the split, images plain": ("train/cat/1.jpg test/dog/1.jpg", "train_masks/cat/1.png test_masks/dog/1.png"),
    "split in class": ("cat/train/images/1.jpg dog/test/images/1.jpg", "cat/train/segmentations/1.png dog/test/segmentations/1.png"),
    "patients in the classes": ("images/cat/p1/1.jpg images/dog/p1/1.jpg", "masks/cat/p1/1.png masks/dog/p1/1.png"),
}


@pytest.mark.parametrize("tree", TREES)
def test_a_mask_is_known_by_its_folder(tmp_path: Path, tree: str) -> None:
    root = draw(tmp_path, *TREES[tree])
    records = read(root)
    photos, masks = TREES[tree]
    assert pairs(records, root) == {image: [mark] for image, mark in sorted(zip(photos.split(), masks.split(), strict=True))}
    assert [r.label for r in sorted(records, key=lambda r: r.label)] == ["cat", "dog"]
    assert {r.split for r in records} == ({"train", "test"} if "split" in tree else {None})


def test_classes_called_mask_or_label_stay_classes(tmp_path: Path) -> None:
    records = read(draw(tmp_path, "mask/1.jpg mask/2.jpg no_mask/1.jpg no_mask/2.jpg"))
    assert [r.label for r in records] == ["mask"] * 2 + ["no_mask"] * 2
    records = read(draw(tmp_path / "b", "train/label/1.jpg train/logo/1.jpg test/label/1_label.jpg test/logo/1.jpg"))
    assert {(r.split, r.label) for r in records} == {(s, c) for s in ("train", "test") for c in ("label", "logo")}
    assert not any(r.annotations for r in records)


def test_splits_named_like_masks_stay_splits(tmp_path: Path) -> None:
    records = read(draw(tmp_path, "seg_train/seg_train/sea/1.jpg seg_train/seg_train/ice/1.jpg seg_test/seg_test/sea/1.jpg"))
    assert {(r.split, r.label) for r in records} == {("train", "sea"), ("train", "ice"), ("test", "sea")}


def test_the_user_says_which_pictures_are_masks(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/1.jpg", "cat/1_outline.png dog/1_outline.png")
    with pytest.raises(UserError, match=r"1_outline\.png: looks like a mask of cat/1\.jpg, but .*data\.options={masks: PATTERN or FOLDER}"):
        read(root)
    for pattern in ("*_outline", "*_outline.png"):
        assert pairs(read(root, masks=pattern), root) == {"cat/1.jpg": ["cat/1_outline.png"], "dog/1.jpg": ["dog/1_outline.png"]}
    assert len(read(root, masks="none")) == 4
    with pytest.raises(UserError, match=r"data\.options\.masks: no picture is called '\*_x'"):
        read(root, masks="*_x")
    with pytest.raises(UserError, match=r"data\.options\.masks: there is no folder 'outlines'"):
        read(root, masks="outlines")


@pytest.mark.parametrize("option", ["outlines", "./outlines/"])
def test_the_user_names_the_folder_of_the_masks(tmp_path: Path, option: str) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/2.jpg", "outlines/1.png outlines/2.png")
    with pytest.raises(UserError, match=r"outlines/1\.png: looks like a mask of cat/1\.jpg"):
        read(root)
    assert pairs(read(root, masks=option), root) == {"cat/1.jpg": ["outlines/1.png"], "dog/2.jpg": ["outlines/2.png"]}


def test_pictures_that_differ_in_their_suffix_alone(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/1.jpg dog/2.jpg", "cat/1.png dog/1.png")
    records = read(root)
    assert pairs(records, root) == {"cat/1.jpg": ["cat/1.png"], "dog/1.jpg": ["dog/1.png"], "dog/2.jpg": []}
    assert "2 because they look like masks and have the name of an image" in records.notes[0]


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


def test_a_photograph_is_no_mask_whatever_its_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"1_lesion\.jpg: is a mask by its name or folder, but looks like a photograph"):
        read(draw(tmp_path, "cat/1.jpg cat/1_lesion.jpg dog/1.jpg"))


def test_masks_of_few_levels_saved_as_jpeg_or_with_small_numbers_are_seen_through(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/1.jpg")
    mask(root / "cat/1_x.png", level=1)
    with pytest.raises(UserError, match="looks like a mask"):
        read(root)
    (root / "cat/1_x.png").unlink()
    mask(root / "cat/1_x.jpg")
    with pytest.raises(UserError, match="looks like a mask"):
        read(root)


def test_a_data_set_of_drawings_has_no_masks(tmp_path: Path) -> None:
    root = draw(tmp_path, "", "cat/1.png cat/1_2.png dog/1.png dog/10.png")
    assert len(read(root)) == 4


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


COLOURS = {"noise": None, "skin": ((210, 170, 150), (90, 50, 40)), "greys": ((0, 0, 0), (60, 60, 60), (120, 120, 120))}


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif"])
@pytest.mark.parametrize("mode", ["L", "1", "P", "I;16", "RGB", "RGBA", "red", "soft", "soft red"])
@pytest.mark.parametrize("drawing", COLOURS)
def test_a_mask_of_any_kind_is_told_from_a_photograph_and_from_a_drawing(tmp_path: Path, drawing: str, mode: str, suffix: str) -> None:
    if suffix in ("jpg", "bmp") and mode in ("1", "P", "I;16", "RGBA"):
        pytest.skip("no such files")
    disc = Image.new("L", (96, 96))
    ImageDraw.Draw(disc).ellipse((25, 20, 70, 60), fill=255)
    if "soft" in mode:
        disc = disc.filter(ImageFilter.GaussianBlur(1))
    for name in ("a/1", "b/2"):
        pixels = np.random.default_rng(1).integers(0, 255, (96, 96, 3), np.uint8)
        for number, colour in enumerate(COLOURS[drawing] or ()):
            pixels[20 * number :, 10 * number :] = colour
        (tmp_path / name).parent.mkdir()
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        black = Image.new("L", disc.size)
        picture = Image.merge("RGB", [disc, black, black]) if "red" in mode else disc
        if mode == "I;16":
            picture = Image.fromarray(np.asarray(disc, np.uint16) * 257)
        elif mode == "RGBA":
            picture = Image.merge("RGBA", [black, black, black, disc])
        elif mode in ("1", "P", "RGB"):
            picture = disc.convert(mode)
        picture.save(tmp_path / f"{name}_x.{suffix}")
    with pytest.raises(UserError, match=rf"1_x\.{suffix}: looks like a mask of a/1\.png"):
        read(tmp_path)


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


@pytest.mark.parametrize("option", [["cat_m", "dog_m"], "*_m", ["*_m", "cat_m"]])
def test_several_folders_or_stars_name_masks(tmp_path: Path, option: str | list[str]) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/2.jpg", "cat_m/1.png dog_m/2.png")
    assert pairs(read(root, masks=option), root) == {"cat/1.jpg": ["cat_m/1.png"], "dog/2.jpg": ["dog_m/2.png"]}
    with pytest.raises(UserError, match=r"data\.options\.masks: there is no folder 'eel_m'"):
        read(root, masks=["cat_m", "eel_m"])
    with pytest.raises(UserError, match=r"data\.options\.masks: is \['none', 'cat_m'\]\. Write one or several"):
        read(root, masks=["none", "cat_m"])


def test_several_stars_in_a_name(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/2.jpg", "cat/1_x_a.png cat/1_x_b.png dog/t7_2_x.png")
    assert pairs(read(root, masks=["*_x_*", "t*_*_x"]), root) == {
        "cat/1.jpg": ["cat/1_x_a.png", "cat/1_x_b.png"],
        "dog/2.jpg": ["dog/t7_2_x.png"],
    }


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
