"""A drawn data set that is written as files is read back as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightline as sl
from sightline import catalog
from sightline.data.annotation import render
from sightline.data.findings import marks_of
from sightline.data.images import open_image
from sightline.data.written.drawn import split_in_table, tables_of
from sightline.errors import UserError
from sightline.types import Record

SIZE = 32
FEW: dict[str, Any] = {"train": 8, "val": 4, "test": 4, "size": SIZE}


def read_back(folder: Path, table: str = "table") -> list[Record]:
    found: list[Record] = catalog.find("data", "table")(folder / f"{table}.csv")
    return found


def maps(record: Record) -> Iterator[np.ndarray | None]:
    names = list(record.findings) or [None]
    for name in names:
        marks = marks_of(record, name) if name else record.annotations
        yield render(marks, (SIZE, SIZE), gaze_blur=11, where=record.id)


CASES = [
    *[("phantom", {"annotation": kind, "artefact": "mixed"}) for kind in ("mask", "box", "polygon", "gaze")],
    *[("phantom_ultrasound", {"annotation": kind}) for kind in ("mask", "gaze")],
    *[("phantom_cxr", {"annotation": kind, "correlation": 0.8}) for kind in ("mask", "box", "gaze")],
    ("phantom_cxr", {"gaze": "raw"}),
    ("phantom_findings", {"correlation": 0.8, "unknown": 0.25}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_what_is_written_is_read_back_as_it_was(name: str, options: dict[str, Any], tmp_path: Path) -> None:
    drawn: list[Record] = catalog.find("data", name)(None, **FEW, **options)
    written = sl.draw(name, tmp_path / "there", **FEW, **options)
    tables = tables_of(drawn)
    assert written.tables == {table: len(members) for table, members in tables.items()}
    assert set(tables) == ({"table", "flipped", "removed"} if "correlation" in options or name != "phantom_cxr" else {"table"})
    for table, members in tables.items():
        found = read_back(tmp_path / "there", table)
        assert [record.id for record in found] == [record.id for record in members]
        for own, back in zip(members, found, strict=True):
            assert (back.label, back.group, back.split) == (own.label, own.group, split_in_table(own))
            assert back.tags == own.tags
            assert dict(back.findings) == dict(own.findings)
            assert np.array_equal(open_image(back.image), own.image.draw())  # type: ignore[union-attr]
            for mine, other in zip(maps(own), maps(back), strict=True):
                assert (mine is None) == (other is None)
                assert mine is None or np.array_equal(mine, other)
            if own.avoid[0].kind == "mask":
                assert np.array_equal(*(render(r.avoid, (SIZE, SIZE), where=r.id) for r in (own, back)))  # type: ignore[arg-type]
            else:
                assert back.avoid == ()


def test_a_training_accepts_the_tables_with_the_settings_that_are_named(tmp_path: Path) -> None:
    for name, last in (("phantom", "melanoma"), ("phantom_cxr", "pneumonia"), ("phantom_ultrasound", "malignant")):
        written = sl.draw(name, tmp_path / name, **FEW)
        settings = {"data.name": "table", "data.root": tmp_path / name / "table.csv"}
        recipe = sl.load_recipe("energy", settings | dict(parse(written.settings)))
        sets = sl.data("table", settings["data.root"], **recipe.data.model_dump(exclude={"name", "root", "image_size"}), image_size=32)
        assert set(sets) == {"train", "val", "test"}
        assert sets.classes[-1] == last
        assert recipe.data.kind in ("dermoscopy", "xray", "ultrasound")
        assert sl.check("table", settings["data.root"], image_size=32).problems.number == 0


def parse(settings: list[str]) -> Iterator[tuple[str, Any]]:
    from sightline.overrides import parse_settings

    yield from parse_settings(settings).items()


def test_the_number_of_images_and_the_readme(tmp_path: Path) -> None:
    written = sl.draw("phantom", tmp_path / "p", images=8, size=SIZE, annotation="box")
    assert written.tables == {"table": 8 + 2 + 4, "flipped": 4, "removed": 4}
    readme = (tmp_path / "p" / "README.txt").read_text("utf-8")
    for said in ("22 pictures of 32 x 32", "flipped.csv", "data.classes={nevus: [nevus], melanoma: [melanoma]}", "tag:ruler", "box "):
        assert said in readme
    files = [path for path in (tmp_path / "p").rglob("*") if path.is_file()]
    assert written.files == len(files)
    assert not (tmp_path / "p" / "masks").exists()


def test_progress_counts_the_images(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    sl.draw("phantom_cxr", tmp_path / "c", train=3, val=3, test=3, size=SIZE, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i + 1, 9) for i in range(9)]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("isic2017", {}, "is not drawn"),
        ("phantm", {}, 'Did you mean "phantom"'),
        ("phantom", {"corelation": 0.5}, "correlation"),
        ("phantom_findings", {"annotation": "box"}, "annotation"),
        ("phantom_cxr", {"annotation": "polygon"}, "annotation"),
        ("phantom", {"train": 0, "val": 0, "test": 0}, "no images"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(name: str, options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        sl.draw(name, tmp_path / "x", **options)
    assert said in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="no empty folder"):
        sl.draw("phantom", tmp_path, **FEW)
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_a_failure_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sl.draw("phantom", tmp_path / "x", progress=stop, **FEW)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    sl.draw("phantom", tmp_path / "x", **FEW)
    assert (tmp_path / "x" / "table.csv").is_file()
