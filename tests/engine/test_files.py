"""Files are written whole or not at all."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sightline.engine.files import read_table, write_json, write_table, write_whole


def test_a_failed_write_leaves_the_old_file_and_no_remains(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail(partial):
        partial.write_text("half")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_has_null_for_what_is_no_number(tmp_path):
    write_json(tmp_path / "a.json", {"a": float("nan"), "b": [np.float32(0.5), np.int64(3), float("inf")], "c": (1, "x")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": None, "b": [0.5, 3, None], "c": [1, "x"]}


def test_tables_come_back_as_they_went(tmp_path):
    rows = [{"id": 'a, "b"', "n": "1"}, {"id": "ü", "n": ""}]
    write_table(tmp_path / "t.csv", rows, ["id", "n"])
    assert read_table(tmp_path / "t.csv") == rows
