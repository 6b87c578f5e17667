"""A drawn data set as the files of somebody who has collected images."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from sightline.data.written.drawn import content, meanings, split_in_table, tables_of
from sightline.types import Annotation, Record


@dataclass(frozen=True)
class Level:
    """A picture of one grey."""

    level: int
    colours: bool = True

    @property
    def key(self) -> str:
        return f"{self.level} {self.colours}"

    def draw(self) -> np.ndarray:
        return np.full((3, 4, 3) if self.colours else (3, 4), self.level, np.uint8)


def record(id: str, split: str, *marks: Annotation, **more: Any) -> Record:
    return Record(id, Level(len(id)), "mel", split=split, annotations=marks, **more)


def files(*records: Record, **options: Any) -> dict[str, bytes]:
    return dict(content(records, **options))


def rows(held: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(held.decode())))


MASK = Annotation("mask", Level(255, colours=False))
BOX = Annotation("box", points=((1.0, 2.5, 3.0, 4.0),))


def test_each_further_test_set_has_a_table_of_its_own() -> None:
    records = [record(str(number), split) for number, split in enumerate(("train", "val", "test", "matched", "flipped", "removed"))]
    assert {name: [one.id for one in some] for name, some in tables_of(records).items()} == {
        "table": ["0", "1", "2", "3"],
        "flipped": ["4"],
        "removed": ["5"],
    }
    assert [split_in_table(one) for one in records] == ["train", "val", "test", "test", "test", "test"]
    found = files(*records)
    assert [name for name in found if name.endswith(".csv")] == ["table.csv", "flipped.csv", "removed.csv"]
    assert "images/test/3.png" in found
    assert "images/flipped/4.png" in found


def test_pictures_and_masks_are_files_that_the_row_names() -> None:
    found = files(record("a", "train", MASK, MASK, avoid=(MASK,), group="P1", tags={"ruler": True, "age": 40.0, "note": None}))
    (row,) = rows(found["table.csv"])
    assert row == {
        "image": "images/train/a.png",
        "id": "a",
        "label": "mel",
        "group": "P1",
        "split": "train",
        "mask": "masks/train/a.png; masks/train/a_1.png",
        "avoid_mask": "avoid/train/a.png",
        "tag:ruler": "true",
        "tag:age": "40",
        "tag:note": "",
    }
    assert {*row["mask"].split("; "), row["image"], row["avoid_mask"], "table.csv"} == set(found)
    picture = np.asarray(Image.open(io.BytesIO(found[row["image"]])))
    assert (picture.shape, picture.max()) == ((3, 4, 3), 1)
    grey = np.asarray(Image.open(io.BytesIO(files(record("a", "train"), grey=True)["images/train/a.png"])))
    assert grey.shape == (3, 4)


def test_marks_without_picture_are_cells_and_gaze_is_one_file() -> None:
    gaze = Annotation("gaze", points=((1.0, 2.25, 0.5), (3.0, 4.0, 1.0)))
    found = files(record("a", "train", BOX), record("b", "train", Annotation("nothing")), record("c", "flipped", gaze))
    first, second = rows(found["table.csv"])
    assert (first["box"], first["nothing"], second["box"], second["nothing"]) == ("1 2.5 3 4", "", "", "true")
    assert rows(found["flipped.csv"])[0]["gaze"] == "gaze/flipped.csv"
    assert found["gaze/flipped.csv"].decode() == "image,x,y,duration\nimages/flipped/c.png,1,2.25,0.5\nimages/flipped/c.png,3,4,1\n"
    assert "gaze/table.csv" not in found


def test_findings_take_the_place_of_the_label_and_name_their_marks() -> None:
    marked = replace(MASK, finding="effusion")
    found = files(record("a", "train", marked, findings={"effusion": True, "nodule": None}), record("b", "val", findings={"nodule": False}))
    first, second = rows(found["table.csv"])
    assert first == {
        "image": "images/train/a.png",
        "id": "a",
        "group": "",
        "split": "train",
        "finding:effusion": "1",
        "finding:nodule": "",
        "mask:effusion": "masks/train/a_effusion.png",
    }
    assert (second["finding:nodule"], second["finding:effusion"]) == ("0", "")


def test_every_column_has_a_meaning_and_progress_counts_the_images() -> None:
    seen: list[tuple[int, int]] = []
    records = [record("a", "train", MASK, tags={"ruler": True, "age": 4}), record("b", "flipped", BOX, avoid=(MASK,))]
    list(content(records, progress=lambda done, total: seen.append((done, total))))
    assert seen == [(1, 2), (2, 2)]
    found = meanings(records, ["nev", "mel"])
    assert list(found) == ["image", "id", "label", "group", "split", "mask", "box", "avoid_mask", "tag:ruler", "tag:age"]
    assert found["label"] == "its class: nev, mel"
    assert (found["tag:ruler"], found["tag:age"]) == ("whether the picture shows it", "a fact about the picture")
