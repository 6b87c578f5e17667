"""Files are written whole or not at all."""

from __future__ import annotations

import csv
import errno
import json
import os

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sightline.engine.files import alone, drafted, remove_partial, write_json, write_table, write_whole
from sightline.engine.read_files import read_table
from sightline.errors import UserError


def test_a_failed_write_leaves_the_old_file_and_no_remains(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def fail(partial):
        partial.write_text("half", encoding="utf-8")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_has_null_for_what_is_no_number(tmp_path):
    write_json(tmp_path / "a.json", {"a": float("nan"), "b": [np.float32(0.5), np.int64(3), float("inf")], "c": (1, "x")})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"a": None, "b": [0.5, 3, None], "c": [1, "x"]}


def test_text_that_begins_like_a_formula_is_written_as_text_and_comes_back(tmp_path):
    ids = ["=1+1", "+cmd|' /C calc'!A0", "-a", "@x", "\t=1", "'=1", "'", "''a", "'a", "-1", "+1.5e3", "a=1", "", "＝1", "\n=1"]
    write_table(tmp_path / "t.csv", [{"id": id, "p": -0.5} for id in ids], ["id", "p"])
    assert [row["id"] for row in read_table(tmp_path / "t.csv")] == ids
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        cells = [row["id"] for row in csv.DictReader(file)]
    assert cells[:5] == ["'=1+1", "'+cmd|' /C calc'!A0", "'-a", "'@x", "'\t=1"]
    assert cells[9:13] == ["-1", "+1.5e3", "a=1", ""]
    assert read_table(tmp_path / "t.csv")[0]["p"] == "-0.5"


def test_tables_come_back_as_they_went(tmp_path):
    rows = [{"id": 'a, "b"', "n": "1"}, {"id": "ü", "n": ""}]
    write_table(tmp_path / "t.csv", rows, ["id", "n"])
    assert read_table(tmp_path / "t.csv") == rows


def test_every_file_gets_the_permissions_that_the_umask_grants(tmp_path):
    """Safetensors makes its files private, so that a colleague could not open the run."""
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.safetensors", lambda p: save_file({"a": torch.zeros(2)}, p))
        write_json(tmp_path / "a.json", {})
    finally:
        os.umask(before)
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {"a.safetensors": 0o640, "a.json": 0o640}


def test_a_full_disk_names_the_file_that_was_wanted(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def full(partial):
        partial.write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as error:
        write_whole(path, full)
    assert error.value.filename == str(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_and_a_name_too_long_name_the_file(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(IsADirectoryError) as error:
        write_json(tmp_path / "a.json", {})
    assert error.value.filename == str(tmp_path / "a.json")
    with pytest.raises(OSError, match="name too long") as error:
        write_json(tmp_path / ("x" * 300), {})
    assert error.value.filename == str(tmp_path / ("x" * 300))
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_half_written_files_of_killed_processes_are_removed_and_nothing_else(tmp_path):
    for name in (".a.json.12.partial", "a.json", ".lock"):
        (tmp_path / name).touch()
    remove_partial(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".lock", "a.json"]


def files_of(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file() and path.name != ".lock"}


def test_the_files_of_a_result_take_their_places_together_or_not_at_all(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / ".other.partial").write_text("of another program", encoding="utf-8")
    for text in ("first", "second"):
        with drafted(tmp_path, "comparison") as draft:
            for name in ("a.txt", "b.txt"):
                (draft / name).write_text(text, encoding="utf-8")
            before = files_of(tmp_path)
        assert files_of(tmp_path) == before | {"a.txt": text, "b.txt": text}
    assert before["a.txt"] == "first"
    with pytest.raises(ZeroDivisionError), drafted(tmp_path, "comparison") as draft:
        (draft / "a.txt").write_text(f"third {1 / 0}", encoding="utf-8")
    assert files_of(tmp_path) == {"a.txt": "second", "b.txt": "second", "notes.txt": "mine", ".other.partial": "of another program"}


def test_what_a_killed_process_left_of_a_result_is_removed_by_the_next(tmp_path):
    (tmp_path / ".comparison.partial").mkdir()
    (tmp_path / ".comparison.partial" / "stale.txt").write_text("half", encoding="utf-8")
    (tmp_path / ".a.txt.4711.partial").write_text("half", encoding="utf-8")
    with drafted(tmp_path, "comparison") as draft:
        assert list(draft.iterdir()) == []
        (draft / "a.txt").write_text("whole", encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", ".lock"}


def test_two_results_are_not_written_into_one_folder_at_a_time(tmp_path):
    refused = pytest.raises(UserError, match=r"another comparison is writing.*`out=")
    with alone(tmp_path), refused, drafted(tmp_path, "comparison"):
        pass
