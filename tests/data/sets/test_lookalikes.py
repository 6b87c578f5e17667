"""Pictures that are probably no images of their own: masks that nothing declares, and copies of other pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_folders import draw, mask, pairs, photo, touch

from sightline.data.sets.folder import read
from sightline.data.sets.folder_places import Place, Places
from sightline.data.sets.lookalikes import groups, lookalikes, made_of_others, same_name


@pytest.mark.parametrize("name", ["{}_overlay.png", "{}-thumb.png", "{} - Copy.png", "{}_superpixels_200.png", "{} (copy).png"])
def test_pictures_that_are_called_as_made_of_others_are_said(tmp_path: Path, name: str) -> None:
    root = touch(tmp_path, "cat/a_1.png", "cat/2.png", "dog/3.png", "dog/x_y.png", "dog/x.png", "dog/7_left.png", "dog/8_left.png")
    assert not any("have the name of another image" in note for note in read(root, masks="none").notes)
    touch(root, *(name.format(stem) for stem in ("cat/a_1", "cat/2", "dog/3")))
    ending = name.format("").removesuffix(".png")
    note = f"3 pictures have the name of another image with a word added (3 with {ending!r}): if they were made from the others"
    assert any(said.startswith(note) for said in read(root, masks="none").notes)


def test_pictures_that_differ_in_their_suffix_alone(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/1.jpg dog/2.jpg", "cat/1.png dog/1.png")
    records = read(root)
    assert pairs(records, root) == {"cat/1.jpg": ["cat/1.png"], "dog/1.jpg": ["dog/1.png"], "dog/2.jpg": []}
    assert "2 because they look like masks and have the name of an image" in records.notes[0]


def test_a_data_set_of_drawings_has_no_masks(tmp_path: Path) -> None:
    root = draw(tmp_path, "", "cat/1.png cat/1_2.png dog/1.png dog/10.png")
    assert len(read(root)) == 4


def test_a_mask_is_found_by_the_name_of_an_image_that_is_none(tmp_path: Path) -> None:
    draw(tmp_path, "cat/1.png cat/2.png dog/7.png", "cat/1x.png cat/3y.png dog/x7.png dog/8.png")
    images = sorted(tmp_path.rglob("*.png"))
    found = {(mark.name, other.name) for mark, other in lookalikes(Places(tmp_path, images), images)}
    assert found == {("1x.png", "1.png"), ("x7.png", "7.png")}  # 3y has no image, 8 no name but its own


def test_in_other_folders_every_picture_is_looked_at_only_if_that_is_asked_for(tmp_path: Path) -> None:
    for number in range(20):
        photo(tmp_path / f"cat/{number:02d}.png")
        (mask if number == 3 else photo)(tmp_path / f"other/{number:02d}.png")
    images = sorted(tmp_path.rglob("*.png"))
    places = Places(tmp_path, images)
    assert list(lookalikes(places, images)) == []
    assert list(lookalikes(places, images, all_folders=True)) == [(tmp_path / "other/03.png", tmp_path / "cat/03.png")]


def test_of_names_that_differ_in_the_suffix_one_is_the_image(tmp_path: Path) -> None:
    draw(tmp_path, "1.jpg 2.jpg 2.bmp", "1.png 2.png 3.png")
    images = sorted(tmp_path.iterdir())
    assert same_name(images, {image: [] for image in images}) == {tmp_path / "1.png": tmp_path / "1.jpg"}
    masks = {image: [image] if image.name == "1.png" else [] for image in images}
    assert same_name(images, masks) == {}, "what has masks is an image"


def test_groups_are_as_large_as_asked_for() -> None:
    paths = [Path("a/1.png"), Path("b/1.png"), Path("b/2.png")]
    assert groups(paths, lambda path: path.stem) == [paths[:2]]
    assert groups(paths, lambda path: path.stem, 1) == [paths[:2], paths[2:]]


def test_copies_are_said_from_three_on_and_only_at_their_place() -> None:
    here, there = Place(None, "cat", ()), Place(None, "dog", ())
    at = {Path(f"{stem}{end}.png"): here for stem in "abc" for end in ("", "_thumb")}
    (said,) = made_of_others(at)
    assert said.startswith("3 pictures have the name of another image with a word added (3 with '_thumb')")
    assert made_of_others({path: there if path.name == "c.png" else place for path, place in at.items()}) == []
    assert made_of_others({Path(f"{stem}{end}.png"): here for stem in "abc" for end in ("", "_2")}) == [], "a number is no word"
