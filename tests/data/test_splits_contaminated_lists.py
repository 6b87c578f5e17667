"""Finding F1: 001 drew the lists of its two arms by two independent divisions, so one arm was trained on images of the test list."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data, Split
from sightline.data.check import check
from sightline.data.sets.folder import read
from sightline.data.sets.table import read as read_table
from sightline.data.splits import annotated_subset, split
from sightline.errors import UserError
from sightline.types import Annotation, Record

TENTHS = {"val": 0.1, "test": 0.1}  # 001 divides 80/10/10


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("birds")
    rng = np.random.default_rng(0)
    for label in ("Cactus_Wren", "Harris_Sparrow"):
        (folder / label).mkdir()
        for i in range(30):
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / label / f"{i}.png")
    return folder


@pytest.fixture
def records(pictures: Path) -> list[Record]:
    return read(pictures)


def ids(records: list[Record]) -> set[str]:
    return {record.id for record in records}


def lay_out(pictures: Path, folder: Path, parts: dict[str, list[Record]]) -> Data:
    """The images of each part copied into its folder, as anybody would who follows the lists."""
    for part, some in parts.items():
        for record in some:
            (folder / part / record.id).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pictures / record.id, folder / part / record.id)
    return Data(name="folder", root=folder)


def test_two_independent_splits_leak_and_the_leak_check_finds_it(pictures: Path, records: list[Record], tmp_path: Path) -> None:
    full, part = (split(records, Split(**TENTHS, seed=seed)) for seed in (1, 2))
    shared = ids(part["train"]) & ids(full["val"] + full["test"])
    assert len(shared) > 6  # four fifths of 12 are expected; 001 shares 76 of 97
    found = check(lay_out(pictures, tmp_path, {"train": part["train"], "val": full["val"], "test": full["test"]})).leaks
    assert found.number == len(shared)
    assert found.kinds == {"same file": len(shared)}
    assert {leak.b.split("/", 1)[1] for leak in found.first} == shared


def test_shares_of_the_annotations_in_one_split_leak_nothing(pictures: Path, records: list[Record], tmp_path: Path) -> None:
    parts = split(records, Split(**TENTHS, seed=1))
    assert check(lay_out(pictures, tmp_path, parts)).leaks.number == 0
    marked = [Record(r.id, r.image, r.label, annotations=(Annotation("nothing"),)) for r in parts["train"]]
    quarter, half, whole = (annotated_subset(marked, share, seed=0) for share in (0.25, 0.5, 1))
    assert quarter < half < whole == ids(parts["train"])  # every arm trains on the same images, with more or fewer of them annotated
    assert len(quarter) == len(whole) / 4


def test_a_table_that_lists_an_image_for_training_and_for_test_is_refused(pictures: Path, records: list[Record]) -> None:
    full, part = (split(records, Split(**TENTHS, seed=seed)) for seed in (1, 2))
    rows = [f"{r.id},{r.label},{name}" for name, some in (("train", part["train"]), ("test", full["test"])) for r in some]
    table = pictures / "lists.csv"
    table.write_text("\n".join(["image,label,split", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"names the image .* again"):
        read_table(table)
