"""Plans and the trainings that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_plan import write_plan

from sightline.errors import UserError
from sightline.study.arms import READY
from sightline.study.cells import Choice, cells
from sightline.study.plan import Plan, load_plan, plan_names
from sightline.study.run import in_rounds


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


def test_seeds_and_settings_can_be_laid_over_a_plan(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml"), {"train.epochs": 7}, seeds=1)
    assert plan.seeds == 1
    assert {cell.recipe.train.epochs for cell in cells(plan)} == {7}


@pytest.mark.parametrize("name", plan_names())
def test_built_in_plans_hold(name: str) -> None:
    assert cells(load_plan(name))


@pytest.mark.parametrize("arm", sorted(READY))
def test_ready_made_arms_fit_a_guided_recipe(tmp_path: Path, arm: str) -> None:
    assert cells(load_plan(write_plan(tmp_path / "p.yaml", arms=[arm], base=[], seeds=1)))


FIRST = {"name": "first", "set": {"data.annotated_fraction": 0.25}}


def more(**changed: Any) -> dict[str, Any]:
    return {"name": "more", "annotate": {"after": "first", "budget": 4} | changed}


def test_an_arm_whose_images_another_chooses_waits_for_it_and_is_named_after_the_choice(tmp_path: Path) -> None:
    twice = {"name": "twice", "annotate": {"after": "more", "budget": 2, "by": "random"}}
    found = cells(load_plan(write_plan(tmp_path / "p.yaml", arms=["label-only", FIRST, more(), twice], seeds=2)))
    by_arm = {(cell.arm, cell.seed): cell for cell in found}
    for seed in range(2):
        first, chosen, last = (by_arm[arm, seed] for arm in ("first", "more", "twice"))
        assert first.choice is None
        assert chosen.choice == Choice(first.key, 4, "uncertainty", seed)
        assert last.choice == Choice(chosen.key, 2, "random", seed)
        assert chosen.recipe.data.annotated_fraction == 1
    assert [sorted({cell.arm for cell in part}) for part in in_rounds(found)] == [["first", "label-only"], ["more"], ["twice"]]
    other = cells(load_plan(write_plan(tmp_path / "p.yaml", arms=["label-only", FIRST, more(budget=5)], seeds=2)))
    assert {c.key for c in other if c.arm == "more"}.isdisjoint(c.key for c in found), "another budget is another training"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"arms": ["label-only", more(), FIRST]}, "annotates after 'first', which is no arm further up"),
        ({"arms": ["weight-decay", more(after="weight-decay")], "base": []}, "has several candidates"),
        ({"arms": ["label-only", "true-roi", more(after="true-roi")]}, "which has all annotations; set its data.annotated_fraction"),
        ({"arms": ["label-only", FIRST, more(by="luck")]}, "by"),
        ({"arms": ["label-only", FIRST, more() | {"like": "roi-25"}]}, "annotated_fraction has to be 1"),
        ({"scores": ["pasted_flips"]}, "say what is pasted, e.g. pasted_flips[ruler]"),
        ({"scores": ["pasted_flips[bandaid]"]}, 'Did you mean "band_aid"?'),
        ({"arms": ["label-onli"], "base": []}, 'Did you mean "label-only"?'),
        ({"base": ["true"]}, 'Did you mean "true-roi"?'),
        ({"scores": ["auc", "accuracy@fliped"]}, 'Did you mean "flipped"?'),
        ({"scores": ["auc@flipped"], "splits": ["flipped", "removed"]}, "nothing is scored on 'removed'"),
        ({"scores": ["auc", "accuracy@removed"], "splits": ["flipped", "removed"], "primary": ["accuracy", "flipped"]}, "is not among"),
        ({"scores": ["auc[sex=]"]}, "say which images, e.g. auc[sex=female]"),
        ({"scores": ["auc[age=60-40]"]}, "its first number is not below its second"),
        ({"scores": ["acuracy"]}, 'Did you mean "accuracy"?'),
        ({"recipe": "demo-gided"}, 'Did you mean "demo-guided"?'),
        ({"arms": ["label-only", "label-only"]}, "two arms are called 'label-only'"),
        ({"primary": ["auc", "nowhere"]}, "is not among scores and splits"),
        ({"sedes": 3}, 'Did you mean "seeds"?'),
        ({"set": {"train.epoch": 3}}, 'Did you mean "epochs"?'),
    ],
)
def test_a_mistake_in_a_plan_is_named_with_its_remedy(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        cells(load_plan(write_plan(tmp_path / "p.yaml", **changed)))
    assert message in str(caught.value)


def test_a_plan_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="phantom-controls"):
        load_plan("phantom-control")
    with pytest.raises(UserError, match="no such file"):
        load_plan(tmp_path / "none.yaml")


def test_a_grid_may_hold_sections_and_lists(tmp_path: Path) -> None:
    grid = {"data.decoy": [None, {"artefact": "ruler"}], "losses.guidance": [[], [{"name": "energy"}]]}
    found = cells(load_plan(write_plan(tmp_path / "p.yaml", grid=grid, arms=["true-roi"], base=[], seeds=1)))
    assert len({cell.setting for cell in found}) == len({cell.key for cell in found}) == 4


def test_label_only_leaves_out_surroundings_that_regions_cut_out(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", recipe="random-background"))
    outside = {cell.arm: cell.recipe.data.augment.outside for cell in cells(plan)}
    assert outside["label-only"] is None
    assert outside["true-roi"] is not None
    assert outside["true-roi"].p == 1


def test_a_section_of_the_plan_may_not_drop_what_makes_the_recipe_of_an_arm(tmp_path: Path) -> None:
    """`set: {data: ...}` replaces the section whole; the arm would be trained as label-only without a word."""
    arm = {"name": "freed", "recipe": "random-background"}
    section = {"data": {"name": "phantom", "augment": {"flip_x": 0.5}}}
    with pytest.raises(
        UserError, match=r"replaces data\.augment whole, and with it data\.augment\.outside of the recipe random-background"
    ):
        cells(load_plan(write_plan(tmp_path / "p.yaml", set=section, arms=["label-only", arm])))
    kept = {"set": {"data.augment.outside": {"p": 1}}}
    found = cells(load_plan(write_plan(tmp_path / "p.yaml", set=section, arms=["label-only", arm | kept])))
    assert {cell.recipe.data.augment.outside is not None for cell in found if cell.arm == "freed"} == {True}
    cells(load_plan(write_plan(tmp_path / "p.yaml", set={"data.name": "phantom"}, arms=["label-only", arm])))
