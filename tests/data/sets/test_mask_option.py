"""What the user says of the masks in a folder of classes."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_folders import draw, pairs

from sightline.data.sets.folder import read
from sightline.data.sets.mask_option import Wanted, wanted
from sightline.errors import UserError


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


PICTURES = [Path(name) for name in ("1.jpg", "1_x.png", "t2_x.png", "2.jpg", "3_y.png", "yz_1.png")]


def test_without_option_nothing_is_wanted_and_none_says_that_there_are_no_masks() -> None:
    assert wanted(None, PICTURES) is None
    assert wanted("none", PICTURES) == wanted(["none"], PICTURES) == Wanted({}, (), none=True)


def test_a_star_stands_for_the_name_of_a_picture() -> None:
    assert wanted("*_x", PICTURES) == Wanted({Path("1_x.png"): ["1"], Path("t2_x.png"): ["t2"]}, ())  # no picture is called t2
    assert wanted("y*_*", PICTURES) == Wanted({Path("yz_1.png"): ["1"]}, ())  # a picture is called 1, but none z
    assert wanted("t*_*", PICTURES) == Wanted({Path("t2_x.png"): ["2"]}, ())
    assert wanted("*_y.png", PICTURES) == Wanted({Path("3_y.png"): ["3"]}, ())


@pytest.mark.parametrize("option", ["mask_*", "m*_*", "mask_*.png"])
def test_a_star_at_the_end_stands_for_the_name_without_the_suffix(tmp_path: Path, option: str) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/2.jpg", "cat/mask_1.png dog/mask_2.png")
    assert pairs(read(root, masks=option), root) == {"cat/1.jpg": ["cat/mask_1.png"], "dog/2.jpg": ["dog/mask_2.png"]}
    assert wanted("mask_*", [Path("1.jpg"), Path("1.bmp"), Path("mask_1.bmp")]) == Wanted({Path("mask_1.bmp"): ["1.bmp"]}, ())


def test_what_no_picture_bears_is_a_folder() -> None:
    assert wanted(["*_x", "masks", "*_z"], PICTURES) == Wanted({Path("1_x.png"): ["1"], Path("t2_x.png"): ["t2"]}, ("masks", "*_z"))
    with pytest.raises(UserError, match=r"data\.options\.masks: is \[\]\. Write one or several patterns or folders, or none alone"):
        wanted([], PICTURES)
