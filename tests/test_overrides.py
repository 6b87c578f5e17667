"""Settings laid over settings: dotted keys, and one recipe over another."""

from __future__ import annotations

import copy

import pytest

from sightline.errors import UserError
from sightline.overrides import merged, override, parse_settings
from sightline.recipe import load_recipe


def test_settings_are_read_as_numbers_lists_and_words():
    parsed = parse_settings(["a.b=1e-3", "c=[0, 3]", "d=adam", "e=true", "f=null"])
    assert parsed == {"a.b": 0.001, "c": [0, 3], "d": "adam", "e": True, "f": None}
    with pytest.raises(UserError, match="not of the form key=value"):
        parse_settings(["train.epochs"])


def test_overriding_leaves_the_original_alone():
    tree = {"a": {"b": [1, 2]}}
    assert override(tree, {"a.b.1": 5}) == {"a": {"b": [1, 5]}}
    assert tree == {"a": {"b": [1, 2]}}


def test_what_a_stage_sets_can_be_set():
    recipe = load_recipe("gain", {"stages.0.set.train.epochs": 1, "stages.1.set.train.batch_size": 1})
    first, second = (recipe.at_stage(stage).train for stage in recipe.stages)
    assert (first.epochs, second.epochs) == (1, 5)
    assert (first.batch_size, second.batch_size) == (8, 1)
    with pytest.raises(UserError, match="unknown setting 'epocs'"):
        load_recipe("gain", {"stages.0.set.train.epocs.x": 1}).check()


def test_a_setting_that_is_given_twice_is_refused():
    with pytest.raises(UserError, match=r"train\.epochs: is given twice"):
        parse_settings(["train.epochs=3", "train.epochs=4"])


PAIRS = """a: [1|=3|a|a..b=1|data=3|data=|x=!!python/object:os.system y|x=&a 1|x=*a|=|==|x='|x=%|x=@|x={a: 1, a: 2}|stages.x.set.a=1
losses.guidance.²=1|losses.guidance.-1=1|train=[]|losses.guidance.99999999999999999999=1|data.options.a.b=1|.=1|..=1|data.=1
train.epochs==3|losses.guidance={}|data.root="a\\0b\""""


@pytest.mark.parametrize("pair", [*PAIRS.replace("\n", "|").split("|"), "a=\t[", "x=" + "[" * 99, "x=\x01", "x=\x00"])
def test_whatever_follows_set_is_a_setting_or_one_line(pair):
    with pytest.raises(UserError) as refused:
        load_recipe("energy", parse_settings([pair])).check()
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_a_key_that_leads_nowhere_is_refused_with_the_nearest_known():
    tree = {"train": {"epochs": 3, "clip": None}, "losses": [{"weight": 1}]}
    for key, message in (
        ("trian.epochs", "unknown setting 'trian'.*Did you mean \"train\""),
        ("train.clip.norm", "'clip' is not set, so nothing lies below it. Set it whole"),
        ("train.epochs.more", "nothing lies below 'epochs'. Set the value above it"),
        ("losses.1.weight", "'1' is not an entry of a list of 1. Count from 0"),
        ("losses.one", "'one' is not an entry of a list of 1"),
    ):
        with pytest.raises(UserError, match=message):
            override(tree, {key: 2})


def test_a_section_that_was_not_there_can_be_set_whole():
    assert override({"train": {"clip": None}}, {"train.clip": {"norm": 1}, "new": 2}) == {"train": {"clip": {"norm": 1}}, "new": 2}


def test_a_long_setting_is_shown_by_its_beginning():
    with pytest.raises(UserError, match=rf"^{'x' * 80}\.\.\.: is not of the form key=value"):
        parse_settings(["x" * 100])


def test_sections_are_laid_over_each_other_and_lists_and_other_plugins_replace_what_lies_below():
    below = {"train": {"epochs": 3, "only": ["head"]}, "attention": {"name": "gates", "width": 8}, "title": "a"}
    above = {"train": {"only": []}, "attention": {"name": "cam"}}
    assert merged(below, above) == {"train": {"epochs": 3, "only": []}, "attention": {"name": "cam"}, "title": "a"}
    assert merged(below, {"attention": {"name": "gates", "taps": 1}})["attention"] == {"name": "gates", "width": 8, "taps": 1}
    assert below["attention"] == {"name": "gates", "width": 8}, "what lies below stays as it is"


def test_the_task_and_the_options_of_another_data_set_are_not_kept():
    below = {"data": {"name": "isic2017", "task": "melanoma", "options": {"size": 3}, "image_size": 64}}
    assert merged(below, {"data": {"name": "busi"}})["data"] == {"name": "busi", "task": None, "options": {}, "image_size": 64}
    assert merged(below, {"data": {"image_size": 32}})["data"]["task"] == "melanoma"


def test_settings_that_are_given_are_not_changed() -> None:
    settings = {"backbone": {"name": "resnet18", "stride": 8}, "backbone.stride": 16, "losses": [{"weight": 1}], "losses.0.weight": 3}
    kept = copy.deepcopy(settings)
    assert override({"backbone": {}, "losses": []}, settings) == {"backbone": {"name": "resnet18", "stride": 16}, "losses": [{"weight": 3}]}
    assert settings == kept
