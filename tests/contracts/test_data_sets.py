"""Of an empty folder, the list of every data set's official layout says that all of it is missing."""

from __future__ import annotations

import sys

import pytest

from sightline import catalog
from sightline.data.check import layout, layout_lines

every_data_set = pytest.mark.parametrize("name", sorted(catalog.places("data")))


@every_data_set
def test_of_an_empty_folder_everything_is_missing(name, tmp_path):
    module = sys.modules[catalog.find("data", name).__module__]
    parts = layout(name, tmp_path)
    assert [part.pattern for part in parts] == list(getattr(module, "PARTS", {}))
    assert not any(part.files for part in parts)
    assert all(part.holds for part in parts)
    if parts:
        assert module.WHERE in layout_lines(name, parts)[-1]
