"""Miniatures of both editions of CUB-200 with their odd cases: MATLAB files, boxes past the edge, graded masks, grey photographs."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from sightline.config import Data, Split
from sightline.data.annotation import render
from sightline.data.check import layout
from sightline.data.images import image_size, open_image
from sightline.data.reading import read as read_data
from sightline.data.sets.cub200 import EIGHT, read
from sightline.data.splits import split
from sightline.errors import UserError
from sightline.types import Record

SIZE = (8, 12)
BIRDS_2010 = [
    "001.Black_footed_Albatross/Black_footed_Albatross_0004_2731401028",
    "003.Sooty_Albatross/Sooty_Albatross_0001_2950163169",
    "194.Cactus_Wren/Cactus_Wren_0001_1384283201",
]
BIRDS_2011 = [  # files are capitalised otherwise than folders
    "001.Black_footed_Albatross/Black_Footed_Albatross_0001_796111",
    "003.Sooty_Albatross/Sooty_Albatross_0040_796375",
    "194.Cactus_Wren/Cactus_Wren_0001_185815",
]


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def photograph(path: Path, mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, SIZE[::-1], 90 if mode == "L" else (90, 60, 30)).save(path)


def edition_2010(top: Path) -> Path:
    levels = np.zeros(SIZE, np.uint8)
    levels[2], levels[3] = 1, 3  # graded
    for i, bird in enumerate(BIRDS_2010):
        photograph(top / "images" / f"{bird}.jpg")
        mat = top / "annotations-mat" / f"{bird}.mat"
        mat.parent.mkdir(parents=True, exist_ok=True)
        box = {"left": 2, "top": 1, "right": 14 if i == 1 else 10, "bottom": 7}  # one reaches past the edge
        savemat(mat, {"seg": levels, "bbox": box, "wikipedia": "https://example.org"}, do_compression=True)
    write(top / "lists/train.txt", *(f"{bird}.jpg" for bird in BIRDS_2010[::2]))
    write(top / "lists/test.txt", f"{BIRDS_2010[1]}.jpg", "")
    write(top / "lists/classes.txt", "001.Black_footed_Albatross")
    return top


def edition_2011(top: Path, segmentations: str = "segmentations") -> Path:
    inside = top / "CUB_200_2011"
    levels = np.zeros(SIZE, np.uint8)
    levels[:6] = np.arange(0, 256, 51)[:, None]  # 0 51 102 153 204 255: how many of five annotators agree
    for i, bird in enumerate(BIRDS_2011):
        photograph(inside / "images" / f"{bird}.jpg", "L" if i == 0 else "RGB")
        mask = top / segmentations / f"{bird}.png"
        mask.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(levels)
        if i == 1:
            picture.putalpha(255)
        picture.save(mask)
    rows = list(enumerate(BIRDS_2011, start=1))
    write(inside / "images.txt", *(f"{i} {bird}.jpg" for i, bird in rows))
    write(inside / "classes.txt", "1 001.Black_footed_Albatross", "2 003.Sooty_Albatross", "3 194.Cactus_Wren")
    write(inside / "image_class_labels.txt", *(f"{i} {i}" for i, _ in rows))
    write(inside / "train_test_split.txt", "1 1", "2 0", "3 1")
    write(inside / "bounding_boxes.txt", "1 2.0 1.0 8.0 6.0", "2 2.0 1.0 12.0 6.0", "3 0.5 1.0 4.0 6.0")
    return top


EDITIONS = {"2010": edition_2010, "2011": edition_2011}
every_edition = pytest.mark.parametrize("edition", EDITIONS)


def roi(record: Record) -> Any:
    return render(record.annotations, image_size(record.image), where=record.id)


@every_edition
def test_species_and_the_owners_split(edition: str, tmp_path: Path) -> None:
    records = sorted(read(EDITIONS[edition](tmp_path)), key=lambda r: r.id)
    assert [(r.label, r.split) for r in records] == [
        ("Black_footed_Albatross", "train"),
        ("Sooty_Albatross", "test"),
        ("Cactus_Wren", "train"),
    ]
    assert {r.split for r in read(tmp_path, split="own")} == {None}
    assert all(open_image(r.image).shape == (*SIZE, 3) for r in records)


def test_2010_masks_are_read_from_matlab_files_and_all_above_zero_is_bird(tmp_path: Path) -> None:
    for record in read(edition_2010(tmp_path)):
        assert np.flatnonzero(roi(record).any(axis=1)).tolist() == [2, 3]
        assert roi(record).sum() == 2 * SIZE[1]


def test_2010_boxes_may_reach_past_the_edge(tmp_path: Path) -> None:
    by_label = {r.label: r for r in read(edition_2010(tmp_path), annotation="box")}
    assert by_label["Cactus_Wren"].annotations[0].points == ((2, 1, 10, 7),)
    assert by_label["Sooty_Albatross"].annotations[0].points == ((2, 1, 14, 7),)
    assert roi(by_label["Sooty_Albatross"]).sum() == 10 * 6


@pytest.mark.parametrize("folder", ["annotations_mat", "annotations/annotations-mat"])
def test_2010_annotations_under_another_name(folder: str, tmp_path: Path) -> None:
    edition_2010(tmp_path)
    (tmp_path / folder).parent.mkdir(exist_ok=True)
    (tmp_path / "annotations-mat").rename(tmp_path / folder)
    assert all(roi(r).any() for r in read(tmp_path))


@pytest.mark.parametrize("segmentations", ["segmentations", "CUB_200_2011/segmentations"])
def test_2011_graded_masks_are_bird_where_half_of_the_annotators_agree(segmentations: str, tmp_path: Path) -> None:
    edition_2011(tmp_path, segmentations)
    for root in (tmp_path, tmp_path / "CUB_200_2011"):
        for record in read(root):
            assert np.flatnonzero(roi(record).any(axis=1)).tolist() == [3, 4, 5]
            assert set(np.unique(roi(record))) == {0, 1}


def test_2011_boxes_are_given_by_corner_and_size(tmp_path: Path) -> None:
    records = read(edition_2011(tmp_path), annotation="box")
    assert [r.annotations[0].points[0] for r in records] == [(2, 1, 10, 7), (2, 1, 14, 7), (0.5, 1, 4.5, 7)]
    assert roi(records[1]).sum() == 10 * 6


@every_edition
def test_a_photograph_without_mask_is_unknown(edition: str, tmp_path: Path) -> None:
    EDITIONS[edition](tmp_path)
    for mask in [*tmp_path.glob("**/*.png"), *tmp_path.glob("**/*.mat")]:
        mask.unlink()
    assert all(r.annotations == () for r in read(tmp_path))


@every_edition
def test_the_task_of_001_is_eight_species_and_all_takes_every_one(edition: str, tmp_path: Path) -> None:
    EDITIONS[edition](tmp_path)
    assert read_data(Data(name="cub200", root=tmp_path, task="all")).classes == ("Black_footed_Albatross", "Cactus_Wren", "Sooty_Albatross")
    with pytest.raises(UserError, match="has no image of the classes 'Anna_Hummingbird'"):
        read_data(Data(name="cub200", root=tmp_path))


def test_001_11_eight_species_divided_80_10_10(tmp_path: Path) -> None:
    inside = tmp_path / "CUB_200_2011"
    names = [f"{i:03d}.{species}/{species}_{n:04d}_{n}.jpg" for i, species in enumerate(EIGHT, 1) for n in range(20)]
    write(inside / "images.txt", *(f"{i} {name}" for i, name in enumerate(names, start=1)))
    dataset = read_data(Data(name="cub200", root=tmp_path, options={"split": "own"}))
    birds = "Anna_Hummingbird Cactus_Wren Great_Grey_Shrike Harris_Sparrow Indigo_Bunting Pileated_Woodpecker Sooty_Albatross"
    assert {*birds.split(), "Western_Wood_Pewee"} == set(EIGHT)
    assert dataset.classes == EIGHT
    parts = split(dataset.records, Split(val=0.1, test=0.1))
    assert {part: len(records) for part, records in parts.items()} == {"train": 128, "val": 16, "test": 16}
    for part in ("val", "test"):
        assert Counter(record.label for record in parts[part]) == dict.fromkeys(EIGHT, 2)


def test_masks_travel_to_workers_and_their_key_follows_the_file(tmp_path: Path) -> None:
    for record in (*read(edition_2010(tmp_path / "a")), *read(edition_2011(tmp_path / "b"))):
        mask = record.annotations[0].source
        assert mask is not None
        assert not isinstance(mask, Path)
        copy = pickle.loads(pickle.dumps(mask))
        assert copy.key == mask.key
        assert np.array_equal(copy.draw(), mask.draw())
        before = mask.key
        mask.path.write_bytes(b"other")  # type: ignore[attr-defined]
        assert mask.key != before


@every_edition
def test_the_parts_of_the_layout_are_found(edition: str, tmp_path: Path) -> None:
    parts = layout("cub200", EDITIONS[edition](tmp_path))
    other = {"2010": "2011", "2011": "2010"}[edition]
    assert [part.holds for part in parts if not part.files] == [part.holds for part in parts if part.holds.startswith(other)]


def test_what_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no edition of CUB-200\. Expected: CUB_200_2011/images\.txt"):
        read(tmp_path)
    first, second = edition_2010(tmp_path / "a"), edition_2011(tmp_path / "b")
    mat = first / "annotations-mat" / f"{BIRDS_2010[0]}.mat"
    mat.write_bytes(b"no MATLAB")
    with pytest.raises(UserError, match=r"2731401028\.mat: is not a MATLAB file"):
        roi(read(first)[0])
    savemat(mat, {"bbox": 3})
    with pytest.raises(UserError, match="holds no variable 'seg'"):
        roi(read(first)[0])
    with pytest.raises(UserError, match="has no box with left, top, right and bottom"):
        read(first, annotation="box")
    (first / "lists/test.txt").unlink()
    with pytest.raises(UserError, match=r"test\.txt: no such file"):
        read(first)
    write(second / "CUB_200_2011/bounding_boxes.txt", "1 2.0 1.0 8.0 6.0", "2 2.0 1.0 x 6.0")
    with pytest.raises(UserError, match=r"bounding_boxes\.txt image 2: 'x' is not a number"):
        read(second, annotation="box")
    write(second / "CUB_200_2011/train_test_split.txt", "1 1", "2 0")
    with pytest.raises(UserError, match=r"train_test_split\.txt: has no line for image 3"):
        read(second)
    write(second / "CUB_200_2011/images.txt", "1 a b")
    with pytest.raises(UserError, match=r"images\.txt line 1: has 3 columns instead of 2"):
        read(second)
