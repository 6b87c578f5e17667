from __future__ import annotations

from pathlib import Path

import pytest

from sightline.study.forms import seconds_taken


def test_seconds_are_read(tmp_path: Path) -> None:
    (tmp_path / "took.json").write_text('{"seconds": 3.5}', encoding="utf-8")
    assert seconds_taken(tmp_path) == 3.5


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"seconds": "long"}', '{"seconds": NaN}', '{"seconds": -1}', "{}"])
def test_what_is_only_for_estimates_may_be_lost(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "took.json").write_text(content, encoding="utf-8")
    assert seconds_taken(tmp_path) is None
