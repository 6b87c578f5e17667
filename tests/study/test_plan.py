"""Plans and the trainings that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_plan import write_plan

from sightline.errors import UserError
from sightline.study.cells import Choice, cells
from sightline.study.plan import load_plan, plan_names
from sightline.study.run import in_rounds


def test_seeds_and_settings_can_be_laid_over_a_plan(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml"), {"train.epochs": 7}, seeds=1)
    assert plan.seeds == 1
    assert {cell.recipe.train.epochs for cell in cells(plan)} == {7}


@pytest.mark.parametrize("name", plan_names())
def test_built_in_plans_hold(name: str) -> None:
    assert cells(load_plan(name))


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


def test_the_plans_that_the_page_shows_are_plans(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
    whole, search = (block.partition("```")[0] for block in page.split("```yaml\n")[1:])
    (tmp_path / "plan.yaml").write_text(whole, encoding="utf-8")
    assert [arm.name for arm in load_plan(tmp_path / "plan.yaml").arms][-2:] == ["chosen", "drawn"]
    (tmp_path / "search.yaml").write_text(f"recipe: energy\n{search}", encoding="utf-8")
    found = load_plan(tmp_path / "search.yaml").search
    assert found is not None
    assert found.expected == [24, 9, 3], "as the page says"
