"""Recipes: every one that is shipped is in order, and every mistake is named with its remedy."""

from __future__ import annotations

import pytest

from sightline.errors import UserError
from sightline.recipe import goes_on, load_recipe, recipe_from, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_shipped_recipes_fit_the_catalogue_and_name_their_source(name):
    recipe = load_recipe(name).check()
    assert recipe.title
    assert recipe.source


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"train.epocs": 3}, 'unknown setting .train.epocs.*Did you mean "epochs"'),
        ({"trian.epochs": 3}, 'unknown setting .trian.*Did you mean "train"'),
        ({"losses.guidance.0.wieght": 3}, 'unknown setting.*Did you mean "weight"'),
        ({"losses.guidance.7.weight": 3}, "not an entry of a list of 1"),
        ({"losses.guidance.0.name": "enrgy"}, 'Did you mean "energy"'),
        ({"losses.guidance.0.classes": "some"}, "classes"),
        ({"train.epochs": "many"}, "train.epochs"),
        ({"attention.name": "camm"}, 'Did you mean "cam"'),
        ({"data.augment.brightness": -1}, "data.augment.brightness"),
        ({"data.augment.saturation": [1.5, 0.7]}, "data.augment.saturation"),
        ({"data.options.corelation": 0.5}, 'Did you mean "correlation"'),
        ({"train.epochs.more": 1}, "nothing lies below"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(settings, message):
    with pytest.raises(UserError, match=message):
        load_recipe("energy", settings).check()


def test_unknown_recipes_suggest_the_nearest():
    with pytest.raises(UserError, match='Did you mean "energy"'):
        load_recipe("enery")
    with pytest.raises(UserError, match="no such file"):
        load_recipe("missing.yaml")


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("train: [", encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.yaml: cannot be read as YAML"):
        load_recipe(path)
    path.write_text("just words", encoding="utf-8")
    with pytest.raises(UserError, match="holds no settings"):
        load_recipe(path)


def test_a_recipe_survives_being_written_and_read():
    recipe = load_recipe("gain")
    assert recipe_from(recipe.model_dump(mode="json"), where="copy") == recipe


def test_stages_lay_their_settings_over_the_common_ones():
    recipe = load_recipe("gain")
    first, second = (recipe.at_stage(stage) for stage in recipe.stages)
    assert (first.train.epochs, second.train.epochs) == (55, 5)
    assert not first.guided
    assert second.guided
    assert second.backbone == recipe.backbone


def test_a_recipe_extends_another():
    lesion, background = load_recipe("attnmel-lesion"), load_recipe("attnmel-bkg")
    assert background.losses == lesion.losses
    assert (lesion.data.roi.invert, background.data.roi.invert) == (False, True)
    assert background.data.centre == lesion.data.centre == 0.8
    assert load_recipe("mel-cnn").attention.options == {"taps": ["features.16", "features.23"]}


def mine(tmp_path, text: str):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(path)


def test_what_is_named_from_the_catalogue_is_replaced_whole(tmp_path):
    recipe = mine(tmp_path, "extends: gates\nattention: {name: cam}\nlosses: {guidance: [], classification: {name: cross_entropy}}\n")
    assert recipe.name == "mine"
    assert recipe.attention.options == recipe.losses.classification.options == {}
    assert mine(tmp_path, "extends: ggcam\nweighting: {name: fixed}\n").weighting.options == {}
    assert mine(tmp_path, "extends: gates\nattention: {name: gates, width: 8}\n").attention.options == {
        "taps": ["stride:8", "stride:16"],
        "width": 8,
    }


def test_all_other_sections_of_the_extended_recipe_are_kept(tmp_path):
    """Another data set or network keeps crops, augmentation, division and weights; only task and reader options go with the data set."""
    text = "extends: ggcam\ndata: {name: phantom_cxr, gaze_blur: 25}\nbackbone: {name: vgg16}\ntrain: {optimizer: {name: adamax}}\n"
    recipe, parent = mine(tmp_path, text), load_recipe("ggcam")
    assert parent.data.options == {"gaze": "raw"}
    assert recipe.data == parent.data.model_copy(update={"name": "phantom_cxr", "options": {}, "gaze_blur": 25})
    assert recipe.backbone == parent.backbone.model_copy(update={"name": "vgg16"})
    assert recipe.train.optimizer == parent.train.optimizer.model_copy(update={"name": "adamax"})
    assert (recipe.weighting, recipe.losses, recipe.train.schedule) == (parent.weighting, parent.losses, parent.train.schedule)


def test_task_and_options_stay_with_the_same_data_set_and_can_be_given_with_another(tmp_path):
    (tmp_path / "base.yaml").write_text("extends: ggcam\ndata: {task: diagnosis}\n", encoding="utf-8")
    base = tmp_path / "base.yaml"
    assert mine(tmp_path, f"extends: {base}\ndata: {{image_size: 320}}\n").data.task == "diagnosis"
    assert mine(tmp_path, f"extends: {base}\ndata: {{options: {{images: x}}}}\n").data.options == {"gaze": "raw", "images": "x"}
    other = mine(tmp_path, f"extends: {base}\ndata: {{name: phantom_cxr, task: pneumonia, options: {{size: 64}}}}\n").data
    assert (other.task, other.options) == ("pneumonia", {"size": 64})
    assert mine(tmp_path, f"extends: {base}\ndata: {{name: phantom_cxr}}\n").data.task is None


def test_deviations_are_inherited_added_to_and_taken_back(tmp_path):
    parent = load_recipe("energy").deviations
    assert mine(tmp_path, "extends: energy\n").deviations == parent
    assert mine(tmp_path, "extends: energy\ndeviations: [smaller]\n").deviations == [*parent, "smaller"]
    assert mine(tmp_path, "extends: energy\nno_longer: [guides the maps]\ndeviations: [smaller]\n").deviations == ["smaller"]
    with pytest.raises(UserError, match=r"mine\.yaml: no_longer: no deviation of energy begins with 'guides the mops'"):
        mine(tmp_path, "extends: energy\nno_longer: [guides the mops]\n")
    with pytest.raises(UserError, match=r"mine\.yaml: no_longer: a list is wanted"):
        mine(tmp_path, "extends: energy\nno_longer: guides\n")
    with pytest.raises(UserError, match="unknown setting 'no_longer'"):
        mine(tmp_path, "no_longer: [guides]\n")


def test_one_stage_of_a_recipe_stands_alone():
    first, second = load_recipe("gain/stage1"), load_recipe("gain/stage2", {"train.start": "somewhere"})
    assert not first.guided
    assert first.train.epochs == 55
    assert first.stages == second.stages == []
    assert second.name == "gain-stage2"
    assert [loss.name for loss in second.losses.guidance] == ["l2"]
    assert str(second.train.start) == "somewhere"
    assert goes_on("gain/stage2")
    assert not goes_on("gain/stage1")
    assert load_recipe("gain/stage2", {"train.epochs": 2, "losses.guidance.0.weight": 3}).train.epochs == 2  # over the stage's own
    with pytest.raises(UserError, match='Did you mean "stage2"'):
        load_recipe("gain/stage3")
    with pytest.raises(UserError, match="is trained in one go"):
        load_recipe("energy/stage1")


def test_recipes_that_extend_themselves_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("extends: ./b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"extends: {tmp_path}/a.yaml\n", encoding="utf-8")
    (tmp_path / "self.yaml").write_text("extends: self.yaml\n", encoding="utf-8")
    for name in ("a.yaml", "b.yaml", "self.yaml", tmp_path / "a.yaml"):
        with pytest.raises(UserError, match="which extends it in turn"):
            load_recipe(name)


def test_long_chains_of_recipes_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r0.yaml").write_text("extends: energy\n", encoding="utf-8")
    for n in range(1, 1000):
        (tmp_path / f"r{n}.yaml").write_text(f"extends: r{n - 1}.yaml\n", encoding="utf-8")
    assert load_recipe("r3.yaml").title == load_recipe("energy").title
    with pytest.raises(UserError, match="chain of more than 10 recipes"):
        load_recipe("r999.yaml")


def test_a_recipe_is_named_after_its_file_as_far_as_a_name_can_be(tmp_path):
    files = {"my recipe (2).yaml": "my recipe -2", "größe.yml": "größe", "-a-.yaml": "a", "().yaml": "recipe", "A.YAML": "A"}
    for file, name in files.items():
        (tmp_path / file).write_text("extends: energy\n", encoding="utf-8")
        assert load_recipe(tmp_path / file).name == name


def test_other_files_and_names_from_elsewhere_are_no_recipes(tmp_path):
    (tmp_path / "recipe.txt").write_text("extends: energy\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"file name does not end in \.yaml"):
        load_recipe(tmp_path / "recipe.txt")
    for name in ("../recipes/energy", "", ".", "energy/", "/", "energy.yml/x", "x" * 5000, "a\0b"):
        with pytest.raises(UserError):
            load_recipe(name)


def test_options_of_a_reader_may_not_drop_those_of_the_recipe_unnoticed():
    """`featuremaps` reads dermoscopic pictures alone; `without=FILE` in its place would read all."""
    with pytest.raises(UserError, match=r"replaces the options of featuremaps whole, and so drops its image_type"):
        load_recipe("featuremaps", {"data.options": {"without": "list.csv"}})
    added = load_recipe("featuremaps", {"data.options.without": "list.csv"})
    assert added.data.options == {"image_type": "dermoscopic", "without": "list.csv"}
    both = {"image_type": "dermoscopic", "without": "list.csv"}
    assert load_recipe("featuremaps", {"data.options": both}).data.options == both
    assert load_recipe("featuremaps", {"data.options": {"train": 4}, "data.name": "phantom"}).data.options == {"train": 4}
    assert load_recipe("featuremaps", {"data.options": {}}).data.options == {}, "none at all is asked for in so many words"
