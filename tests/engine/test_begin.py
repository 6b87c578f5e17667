"""How a run folder is begun, and which begun ones are gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest
from begun_training import quiet

from sightline.engine.begin import check_data, is_begun, open_folder, started_from, wordless
from sightline.engine.files import LOCK
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError
from sightline.recipe import Recipe, load_recipe

ROWS = [{"id": name, "split": "train", "label": "a", "group": "", "annotated": "1", "picture": "1", "marks": "2"} for name in "ab"]


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe("demo-guided", {"data.grey": [0, 4095]})


@pytest.fixture
def opened(recipe: Recipe, tmp_path: Path) -> Path:
    open_folder(tmp_path / "run", recipe, ROWS)
    return tmp_path / "run"


def test_an_opened_folder_is_a_run_with_its_recipe_and_its_images(recipe, opened):
    assert Run(opened).recipe == recipe
    assert [row["id"] for row in Run(opened).split_table] == ["a", "b"]
    assert "torch" in Run(opened).environment.packages
    assert is_begun(recipe, opened, resume=True)


def test_a_folder_that_is_not_there_or_holds_only_what_comes_before_a_run_is_not_begun(recipe, opened, tmp_path):
    assert not is_begun(recipe, tmp_path / "new" / "run", resume=False)
    (opened / "config.yaml").unlink()
    (opened / LOCK).touch()
    (opened / "model.json.partial").touch()
    assert not is_begun(recipe, opened, resume=False)
    (opened / "my notes.txt").touch()
    with pytest.raises(UserError, match="exists already"):
        is_begun(recipe, opened, resume=False)


def test_a_run_is_gone_on_with_only_if_asked_and_by_its_own_recipe(recipe, opened):
    with pytest.raises(UserError, match=r"exists already. Give another `folder=\.\.\.`, go on with `resume=True`"):
        is_begun(recipe, opened, resume=False)
    with pytest.raises(UserError, match="was started with other settings"):
        is_begun(recipe.with_settings(train__epochs=99), opened, resume=True)


def test_a_place_that_is_no_folder_is_refused(recipe, tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(UserError, match="file: is not a folder"):
            is_begun(recipe, place, resume=False)


def test_other_images_and_other_greys_are_refused_and_a_run_of_an_earlier_version_says_what_is_not_known(recipe, opened):
    said: list[str] = []
    check_data(opened, recipe, ROWS, said.append)
    assert said == []
    with pytest.raises(UserError, match="1 image with another picture"):
        check_data(opened, recipe, [ROWS[0], ROWS[1] | {"picture": "3"}], said.append)
    with pytest.raises(UserError, match="another range of grey values"):
        check_data(opened, recipe.with_settings(data__grey=[0, 255]), ROWS, said.append)
    before = [{name: value for name, value in row.items() if name not in ("picture", "marks")} for row in ROWS]
    (opened / "split.csv").write_text(
        "\n".join(",".join(row) for row in [list(before[0]), *(row.values() for row in before)]) + "\n", encoding="utf-8"
    )
    check_data(opened, recipe, [ROWS[0], ROWS[1] | {"picture": "3"}], said.append)
    assert "begun by an earlier version" in said[0]


def test_what_a_recipe_says_of_itself_is_left_out(recipe):
    assert (wordless(recipe).title, wordless(recipe).source, wordless(recipe).deviations) == ("", "", [])
    assert wordless(recipe).train == recipe.train


def test_a_run_with_a_found_scale_is_gone_on_with_by_the_recipe_that_left_it_open(tmp_path) -> None:
    asked = load_recipe("label-only", {"data.name": "folder", "data.root": str(tmp_path)})
    kept = asked.model_copy(update={"data": asked.data.model_copy(update={"grey": (0.0, 1.02)})})
    assert started_from(kept, asked)
    assert started_from(kept, kept)
    assert started_from(kept, asked.model_copy(update={"title": "in other words", "deviations": ["one more"]}))
    assert not started_from(kept, asked.with_settings(data__grey=[0, 2]))
    assert not started_from(kept, asked.with_settings(train__epochs=99))


def test_a_recipe_that_says_the_same_in_other_words_is_gone_on_with(begun):
    recipe, folder = begun
    reworded = recipe.model_copy(update={"title": "in other words", "deviations": ["one more"]})
    assert len(train(reworded, folder, resume=True, say=quiet).history) == recipe.train.epochs
