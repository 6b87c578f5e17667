"""The plans of `benchmarks/arms.py`: every arm is a recipe that can be trained, and arms differ in what they are named after alone."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from sightline.recipe import load_recipe

PLANS = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "plans.py"))["PLANS"]
ARMS = [(plan, arm) for plan in PLANS for arm in PLANS[plan].arms]


@pytest.mark.parametrize(("plan", "arm"), ARMS, ids=[f"{plan}: {arm}" for plan, arm in ARMS])
def test_every_arm_is_a_recipe(plan, arm):
    name, own = PLANS[plan].arms[arm]
    recipe = load_recipe(name, PLANS[plan].shared | own | {"data.name": PLANS[plan].data}).check()
    assert recipe.train.select == "last"  # nothing is chosen on the images that are reported


@pytest.mark.parametrize("plan", PLANS)
def test_arms_of_a_plan_share_images_and_schedule(plan):
    arms = PLANS[plan].arms.values()
    recipes = [load_recipe(name, PLANS[plan].shared | own | {"data.name": PLANS[plan].data}) for name, own in arms]
    for recipe in recipes:
        assert recipe.train == recipes[0].train
        assert recipe.backbone.model_copy(update={"mean": None, "std": None}) == recipes[0].backbone
        assert (recipe.data.split, recipe.data.image_size, recipe.data.augment) == (
            recipes[0].data.split,
            recipes[0].data.image_size,
            recipes[0].data.augment,
        )


def test_003_claims_have_their_arms():
    """003-35: with attention and without, regularised and not, by the lesion and by everything else."""
    recipes = {arm: load_recipe(name, own) for arm, (name, own) in PLANS["attnmel-isic2017"].arms.items()}
    assert [recipes[arm].attention.name for arm in ("vgg16-gap", "mel-cnn", "attnmel")] == ["cam", "none", "gates"]
    assert recipes["mel-cnn"].attention.options["taps"] == recipes["attnmel"].attention.options["taps"]
    regularised = {arm: r for arm, r in recipes.items() if r.guided}
    assert {r.data.roi.invert for r in regularised.values()} == {False, True}
    assert {loss.name for r in regularised.values() for loss in r.losses.guidance} == {"dice"}


def test_001_tables_have_their_arms():
    """001-16 to 001-19: with the decoder and without, all masks and a quarter of them, three mask losses."""
    recipes = {arm: load_recipe(name, own) for arm, (name, own) in PLANS["spn-busi"].arms.items()}
    assert not recipes["label-only"].guided
    assert {r.data.annotated_fraction for r in recipes.values()} == {1, 0.25}
    assert {r.losses.guidance[0].name for r in recipes.values() if r.guided} == {"pixel_ce", "l1", "l2"}
