from __future__ import annotations

import os
from pathlib import Path

import pytest

from sightline.cli.options import _can_be_written
from sightline.errors import UserError


def test_a_file_for_json_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    assert _can_be_written(tmp_path / "new" / "x.json") == tmp_path / "new" / "x.json"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path, tmp_path / "pipe", tmp_path / "file" / "x.json", Path("/proc/x.json")):
        with pytest.raises(UserError, match="--json"):
            _can_be_written(wrong)
