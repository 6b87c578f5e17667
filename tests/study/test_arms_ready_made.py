from __future__ import annotations

from pathlib import Path

import pytest
from tiny_plan import write_plan

from sightline.study.arms import READY
from sightline.study.cells import cells
from sightline.study.plan import load_plan


@pytest.mark.parametrize("arm", sorted(READY))
def test_ready_made_arms_fit_a_guided_recipe(tmp_path: Path, arm: str) -> None:
    assert cells(load_plan(write_plan(tmp_path / "p.yaml", arms=[arm], base=[], seeds=1)))


def test_label_only_leaves_out_surroundings_that_regions_cut_out(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", recipe="random-background"))
    outside = {cell.arm: cell.recipe.data.augment.outside for cell in cells(plan)}
    assert outside["label-only"] is None
    assert outside["true-roi"] is not None
    assert outside["true-roi"].p == 1
