"""Every data set in the catalogue, ours and third parties', keeps the reader's contract."""

from __future__ import annotations

import sys

import pytest

from sightline import catalog
from sightline.data.check import layout, layout_lines
from sightline.errors import UserError

every_data_set = pytest.mark.parametrize("name", sorted(catalog.places("data")))


@every_data_set
def test_says_who_distributes_it_and_names_its_tasks(name):
    module = sys.modules[catalog.find("data", name).__module__]
    assert isinstance(module.WHERE, str)
    for task, classes in getattr(module, "TASKS", {}).items():
        assert len(classes) != 1, task  # none: every label as it is
        labels = [label for members in classes.values() for label in members]
        assert len(labels) == len(set(labels)), "a label belongs to one class"


@every_data_set
def test_a_folder_that_is_not_there_is_a_users_mistake(name, tmp_path):
    if name in ("phantom", "phantom_cxr"):  # drawn, not read
        return
    for root in (None, tmp_path / "nowhere"):
        with pytest.raises(UserError) as caught:
            catalog.make("data", name, {}, root)
        assert caught.value.remedy


@every_data_set
def test_of_an_empty_folder_everything_is_missing(name, tmp_path):
    module = sys.modules[catalog.find("data", name).__module__]
    parts = layout(name, tmp_path)
    assert [part["pattern"] for part in parts] == list(getattr(module, "PARTS", {}))
    assert not any(part["files"] for part in parts)
    assert all(part["holds"] for part in parts)
    if parts:
        assert module.WHERE in layout_lines(name, parts)[-1]
        with pytest.raises(UserError):
            catalog.make("data", name, {}, tmp_path)


@every_data_set
def test_an_unknown_option_is_refused(name):
    with pytest.raises(UserError, match="unknown setting"):
        catalog.make("data", name, {"no_such_option": 1}, None)
