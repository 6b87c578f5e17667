"""What a recipe may ask of images with several findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sightline.data.several import check_several, for_several
from sightline.errors import UserError
from sightline.recipe import Recipe

Make = Callable[..., Recipe]
BINARY = {"losses.classification": {"name": "binary_cross_entropy"}}


def test_the_usual_class_loss_is_exchanged_and_a_chosen_one_stays(tiny_recipe: Make) -> None:
    assert for_several(tiny_recipe()).losses.classification.name == "binary_cross_entropy"
    smoothed = tiny_recipe({"losses.classification": {"name": "cross_entropy", "options": {"label_smoothing": 0.1}}})
    focal = tiny_recipe({"losses.classification": {"name": "focal"}})
    assert for_several(smoothed) is smoothed
    assert for_several(focal) is focal
    check_several(focal)
    check_several(for_several(tiny_recipe()))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"data.decoy": {"positive": "a"}}, "data.decoy: is for one label per image"),
        ({"data.roi": {"of": ["organ"]}}, r"data\.roi\.of: is for one label"),
        ({"data.roi": {"pseudo": "u-net"}}, r"data\.roi\.pseudo: is for one label"),
        ({"data.roi": {"control": "random"}}, r"data\.roi\.control: is for one label"),
        ({"data.balance_by": ["label", "ruler"], "data.balance": "oversample"}, r"data\.balance_by: is for one label"),
        ({"data.balance": "oversample"}, r"data\.balance=oversample: is for one label"),
        ({"data.balance": "weighted_sampler"}, r"data\.balance=weighted_sampler: is for one label"),
        ({"losses.behaviour": [{"name": "mining"}]}, r"losses\.behaviour: is for one label"),
        ({"evaluate.point_into": {"a": ["organ"]}}, r"evaluate\.point_into: is for one label"),
        ({"losses.classification": {"name": "cross_entropy"}}, r"losses\.classification: cross_entropy is for one label .*name=binary_cr"),
        ({"attention.name": "segment"}, "attention: segment lets the classes compete.*attention.name=cam"),
    ],
)
def test_what_supposes_one_label_is_refused_by_its_setting(tiny_recipe: Make, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_several(tiny_recipe({**BINARY, **settings}))


def test_each_stage_is_looked_at(tiny_recipe: Make) -> None:
    stages = [{"name": "one"}, {"name": "two", "set": {"data.balance": "oversample"}}]
    with pytest.raises(UserError, match=r"data\.balance=oversample"):
        check_several(tiny_recipe(BINARY, stages=stages))
