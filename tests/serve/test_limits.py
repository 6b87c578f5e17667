from __future__ import annotations

import pytest

import sightline as sl
from sightline.serve.limits import Limits


def test_limits_have_bounds(run) -> None:
    with pytest.raises(sl.UserError, match="batch_size"):
        sl.serve(run, batch_size=0)
    with pytest.raises(sl.UserError, match="max_mb"):
        sl.serve(run, max_mbs=3)
    with pytest.raises(sl.UserError, match="empty"):
        sl.serve(run, token="")
    assert Limits().held_bytes == 128 * 32_000_000
