"""The face of the package: every name is there and says what it is."""

from __future__ import annotations

from importlib.metadata import version

import pytest

import sightline as sl


def test_every_name_of_the_face_is_there_and_has_a_docstring() -> None:
    for name in sl.__all__:
        assert (getattr(sl, name).__doc__ or "").strip(), name
    for room in (sl.losses, sl.attention, sl.metrics):
        assert all(getattr(room, name).__doc__ for name in dir(room) if not name.startswith("_"))
    with pytest.raises(AttributeError, match="no attribute 'Enrgy'"):
        _ = sl.losses.Enrgy
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = sl.trian


def test_the_version_is_told() -> None:
    assert sl.__version__ == version("sightline")
