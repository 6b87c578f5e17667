"""What pydantic refuses, in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sightline.config import Data, Split
from sightline.config_train import Train
from sightline.errors import UserError
from sightline.recipe import load_recipe
from sightline.refusals import in_words


def said(section: type, values: dict[str, Any]) -> tuple[str, str, str]:
    with pytest.raises(ValidationError) as refused:
        section.model_validate(values)
    return in_words(refused.value)


def test_the_words_for_values_of_a_wrong_kind_are_plain():
    for settings, message in (
        ({"data": 3}, "data: a section of settings is wanted. Given: 3"),
        ({"losses.guidance": 3}, "losses.guidance: a list is wanted"),
        ({"train.epochs": "many"}, "train.epochs: a whole number is wanted. Given: 'many'"),
        ({"train.epochs": 2.5}, "train.epochs: a whole number is wanted"),
        ({"data.task": 7}, "data.task: a word is wanted. Given: 7, which is no word; put it in quotes"),
        ({"train.optimizer.nesterov": "perhaps"}, "train.optimizer.nesterov: true or false is wanted"),
    ):
        with pytest.raises(UserError, match=message):
            load_recipe("energy", settings)


def test_the_key_the_reason_and_what_was_given_are_told_apart():
    assert said(Train, {"epochs": "many"}) == ("epochs", "a whole number is wanted", "Given: 'many'.")
    assert said(Train, {"optimizer": {"lr": "fast"}}) == ("optimizer.lr", "a number is wanted", "Given: 'fast'.")
    assert said(Train, {"epochs": 0}) == ("epochs", "Input should be greater than or equal to 1", "Given: 0.")


def test_a_check_of_our_own_gives_its_own_remedy():
    key, reason, remedy = said(Split, {"val": 0.5, "test": 0.5})
    assert (key, reason) == ("", "val and test together take every image")
    assert remedy == "Leave some for the training"
    assert said(Split, {"folds": {"a": 1}})[2] == "Change it there."


def test_the_branches_of_a_setting_that_may_have_several_types_are_not_named():
    assert said(Data, {"augment": {"brightness": "bright"}})[0] == "augment.brightness"
    assert said(Data, {"mask": {"levels": ["red"]}})[0] == "mask.levels.0"
    assert said(Train, {"lr_factors": {"hed": 2}})[0] == "lr_factors.hed.[key]"


def test_a_long_value_is_shown_by_its_beginning_and_end():
    remedy = said(Train, {"epochs": "x" * 500})[2]
    assert len(remedy) < 60
    assert "..." in remedy
