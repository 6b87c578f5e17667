"""What an earlier version trained is found under the name that it has today."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.study.cells import Cell
from sightline.study.folder import Study, other_names
from sightline.study.plan import Plan
from sightline.yaml_text import dump


@pytest.fixture
def study(tiny: Plan, tmp_path: Path) -> Study:
    return Study(tmp_path / "study", tiny)


def earlier(study: Study, cell: Cell, name: str, **changed: object) -> Path:
    """A run folder as a version wrote it that did not know `train.only` yet."""
    folder = study.path / "cells" / name
    folder.mkdir(parents=True)
    tree = cell.recipe.model_dump(mode="json")
    del tree["train"]["only"]
    tree["train"] |= changed
    (folder / "config.yaml").write_text(dump(tree), encoding="utf-8")
    return folder


def test_a_setting_that_is_new_changes_the_name_and_not_the_training(study: Study) -> None:
    cell = study.cells[0]
    folder = earlier(study, cell, "0123456789ab")
    assert study.run_folder(cell.key) == folder  # a report only reads
    study.name_anew()
    assert not folder.exists()
    assert study.run_folder(cell.key).name == cell.key
    assert study.run_folder(cell.key).is_dir()


def test_a_value_of_that_time_stays_another_training(study: Study) -> None:
    cell = study.cells[0]
    earlier(study, cell, "0123456789ab", batch_size=7)
    assert other_names(study.path / "cells", [cell.key]) == {}


def test_a_training_of_today_s_name_is_taken_first_and_damaged_ones_are_passed_over(study: Study) -> None:
    cell, other = study.cells[:2]
    earlier(study, cell, cell.key)
    earlier(study, cell, "0123456789ab")
    (study.path / "cells" / "ba9876543210").mkdir()
    (study.path / "cells" / "ba9876543210" / "config.yaml").write_text("train: [", encoding="utf-8")
    assert other_names(study.path / "cells", [cell.key, other.key]) == {}
