from __future__ import annotations

import pytest

import sightline as sl
from sightline.engine.run import Run


def test_a_comparison_needs_two_runs_and_writes_only_where_it_is_told(run: Run) -> None:
    before = sorted(run.path.rglob("*"))
    found = sl.compare(run, run.path, split="matched")
    assert {row.metric for row in found.differences} >= {"accuracy", "auc"}
    assert found.files == ()
    assert sorted(run.path.rglob("*")) == before
    with pytest.raises(sl.UserError, match="1 run given"):
        sl.compare(run)
