from __future__ import annotations

from pathlib import Path

from tiny_plan import write_plan

from sightline.study.arms import READY
from sightline.study.cells import cells
from sightline.study.plan import Plan, load_plan


def test_arms_times_seeds_times_settings(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", grid={"losses.guidance.0.weight": [0.1, 1, 10]}))
    found = cells(plan)
    assert len(found) == 2 * 2 * 3
    assert [cell.seed for cell in found] == [0] * 6 + [1] * 6  # whole seeds first


def test_what_decides_a_training_decides_its_name_and_nothing_else_does(tmp_path: Path) -> None:
    grid = {"losses.guidance.0.weight": [0.1, 1, 10]}
    plan = load_plan(write_plan(tmp_path / "p.yaml", grid=grid, arms=["label-only", "true-roi", {"name": "again", "like": "true-roi"}]))
    keys: dict[str, set[str]] = {}
    for cell in cells(plan):
        keys.setdefault(cell.arm, set()).add(cell.key)
    assert len(keys["label-only"]) == 2  # without guidance there is no weight that could differ: one training per seed
    assert len(keys["true-roi"]) == 6
    assert keys["again"] == keys["true-roi"]


def test_arms_of_a_seed_share_everything_but_what_makes_the_arm(tiny: Plan) -> None:
    of_seed = {cell.arm: cell.recipe.model_dump() for cell in cells(tiny) if cell.seed == 1}
    label_only, guided = of_seed["label-only"], of_seed["true-roi"]
    differ = {key for key in guided if guided[key] != label_only[key]}
    assert differ == {"name", "title", "losses"}
    assert guided["train"]["seed"] == guided["data"]["options"]["seed"] == guided["data"]["roi"]["seed"] == 1


def test_a_tuned_arm_is_trained_with_every_candidate(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=["label-only", "weight-decay"]))
    decays = [cell.recipe.train.optimizer.weight_decay for cell in cells(plan) if cell.arm == "weight-decay" and cell.seed == 0]
    assert decays == READY["weight-decay"].tune["train.optimizer.weight_decay"]
    assert all(not cell.recipe.guided for cell in cells(plan))


def test_seeds_share_their_images_unless_the_seed_changes_the_data(tiny: Plan) -> None:
    assert not tiny.same_patients
    assert tiny.model_copy(update={"seed_settings": ("train.seed", "data.roi.seed")}).same_patients
