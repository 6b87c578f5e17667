from __future__ import annotations

from pathlib import Path

import pytest

from sightline.errors import UserError
from sightline.face.settings import check_folder_name, on_device, placed
from sightline.recipe import load_recipe


def test_other_data_leave_the_options_of_the_recipes_own_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = load_recipe("demo-guided")
    assert placed(recipe, "folder", None) == {"data.name": "folder", "data.options": {}, "data.task": None}
    assert placed(recipe, recipe.data.name, None) == placed(recipe, None, None) == {}
    monkeypatch.chdir(tmp_path)
    assert placed(recipe, None, "photos") == {"data.root": str(tmp_path / "photos")}


@pytest.mark.parametrize(("device", "accelerator"), [("cpu", "cpu"), ("cuda", "gpu"), ("cuda:1", "cuda:1"), ("mps", "mps")])
def test_a_device_becomes_the_accelerator_of_a_training(device: str, accelerator: str) -> None:
    assert on_device(device) == {"train.accelerator": accelerator}
    assert on_device("auto") == {}


@pytest.mark.parametrize("device", ["gpu", "cuda:", "cuda:x", "CPU", "cpu:0", ""])
def test_what_is_no_device_of_a_training_is_refused(device: str) -> None:
    with pytest.raises(UserError, match="Give auto, cpu, cuda, cuda:1 or mps"):
        on_device(device)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\nb", "ä" * 101])
def test_what_leaves_its_folder_is_no_name(name: str) -> None:
    with pytest.raises(UserError, match=r"name: .* is not the name of a folder\. Another\."):
        check_folder_name("name", name, "Another.")


@pytest.mark.parametrize("name", ["a", "a b", "ä" * 100, "...", "{x}"])
def test_any_other_name_is_one(name: str) -> None:
    check_folder_name("name", name, "Another.")
