"""Records have the digest of what they hold, not of where it lies or when it was written."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.data import contents as module
from sightline.data.contents import contents, file_digests
from sightline.types import Annotation, Record


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "store_folder", lambda: tmp_path / "store")


@dataclass(frozen=True)
class Part:
    """A mask that is one grey level of a file."""

    path: Path
    level: int

    @property
    def key(self) -> str:
        return f"{self.path} {self.path.stat().st_mtime_ns} {self.level}"

    def draw(self) -> np.ndarray:
        return np.zeros((8, 8), np.uint8)


def picture(path: Path, grey: int) -> Path:
    Image.new("L", (8, 8), grey).save(path)
    return path


def one(record: Record) -> tuple[str, str]:
    return contents([record])[record.id]


def test_pictures_and_marks_each_have_their_digest(tmp_path):
    plain = Record("x", picture(tmp_path / "x.png", 9), "a")
    mask = Annotation("mask", picture(tmp_path / "m.png", 255))
    box = Annotation("box", points=((0, 0, 4, 4),))
    records = [
        plain,
        replace(plain, annotations=(mask,)),
        replace(plain, annotations=(box,)),
        replace(plain, annotations=(replace(box, points=((0, 0, 4, 5),)),)),
        replace(plain, avoid=(box,)),
        replace(plain, regions={"lung": (box,)}),
        replace(plain, annotations=(Annotation("nothing"),)),
    ]
    found = [one(record) for record in records]
    assert len({f.picture for f in found}) == 1
    assert len({f.marks for f in found}) == len(records)
    assert found[0].marks == ""
    other = one(replace(plain, image=picture(tmp_path / "y.png", 10)))
    assert other.picture != found[0].picture


def test_place_and_time_do_not_count(tmp_path):
    first = Record("x", picture(tmp_path / "x.png", 9), "a", annotations=(Annotation("mask", Part(picture(tmp_path / "m.png", 3), 3)),))
    again = Record("x", picture(tmp_path / "z.png", 9), "b", annotations=(Annotation("mask", Part(picture(tmp_path / "n.png", 3), 3)),))
    os.utime(tmp_path / "z.png", (1, 1))
    os.utime(tmp_path / "n.png", (1, 1))
    assert one(first) == one(again)
    other = replace(again, annotations=(Annotation("mask", Part(tmp_path / "n.png", 4)),))
    assert one(other).marks != one(first).marks


def test_untouched_files_are_read_once(tmp_path, monkeypatch):
    path = picture(tmp_path / "x.png", 9)
    read = []
    digest = module._digest
    monkeypatch.setattr(module, "_digest", lambda path: read.append(path) or digest(path))
    assert file_digests([path]) == file_digests([path])
    assert len(read) == 1


def test_a_file_with_its_old_time_and_size_and_other_bytes_is_read_again(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(b"1234")
    before, status = file_digests([path]), path.stat()
    path.write_bytes(b"1235")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file_digests([path]) != before


def test_a_file_that_is_gone_differs_and_is_not_remembered(tmp_path):
    record = Record("x", picture(tmp_path / "x.png", 9), "a")
    before = one(record)
    (tmp_path / "x.png").unlink()
    assert one(record) != before
    picture(tmp_path / "x.png", 9)
    assert one(record) == before
