"""The plans of the papers' tables: arms, folds and seeds as printed; every training resolves, and its network can be built."""

from __future__ import annotations

import pytest
import torch

from sightline.attention.classifier import build
from sightline.study.cells import cells
from sightline.study.plan import load_plan, plan_names

TRAININGS = {  # arms x settings x seeds
    "paper-attnmel": 7,
    "paper-attnmel-2018": 2 * 5,
    "paper-gain": 6,
    "paper-ggcam": 4 * 5,
    "paper-spn": 3 * 3,
    "paper-spn-losses": 4,
}


def test_every_table_has_its_plan() -> None:
    assert [name for name in plan_names() if name.startswith("paper-")] == sorted(TRAININGS)


@pytest.mark.parametrize("name", TRAININGS)
def test_a_table_has_the_trainings_that_its_paper_prints(name: str) -> None:
    found = cells(load_plan(name))
    assert len(found) == TRAININGS[name]
    assert len({cell.key for cell in found}) == TRAININGS[name], "no two of them are the same"
    for cell in found:
        cell.recipe.check()


@pytest.mark.parametrize("name", TRAININGS)
def test_the_networks_of_a_table_can_be_built(name: str) -> None:
    built = set()
    for cell in cells(load_plan(name, {"backbone.weights": "none"})):
        network = (cell.recipe.backbone.name, cell.recipe.attention.name, cell.recipe.head.kind)
        if network not in built:
            built.add(network)
            with torch.device("meta"):
                assert build(cell.recipe, 3).classes == 3


def test_the_tables_of_ultrasound_are_the_same_plans_on_other_data() -> None:
    for name in ("paper-spn", "paper-spn-losses"):
        for cell in cells(load_plan(name, {"data.name": "busi", "data.options": {}})):
            assert cell.recipe.check().data.name == "busi"


def test_arms_of_a_table_differ_in_what_the_paper_says() -> None:
    """001, tables 1 and 3: the share of the masks; 004: gaze or none, on the same division with the same seeds."""
    shares = {cell.arm: cell.recipe.data.annotated_fraction for cell in cells(load_plan("paper-spn"))}
    assert shares == {"baseline": 1, "quarter of the masks": 0.25, "all masks": 1}
    chest = cells(load_plan("paper-ggcam"))
    assert len({cell.recipe.data.model_dump_json() for cell in chest}) == 1
    assert {cell.recipe.train.seed for cell in chest} == {0, 1, 2, 3, 4}
    assert {cell.arm: cell.recipe.guided for cell in chest if cell.seed == 0} == {
        "ResNet-50": False,
        "ResNet-50 with gaze": True,
        "EffNetV2-S": False,
        "EffNetV2-S with gaze": True,
    }
