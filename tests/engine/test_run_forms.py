"""The form of a run's JSON files."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from sightline.engine.run_forms import Environment, Metrics, Model, OneFinding

MODEL = {"classes": ["nevus", "melanoma"], "image_size": 32, "recipe": {}, "sha256": "ab"}


def test_files_of_an_earlier_version_lack_what_came_since_and_further_entries_stay() -> None:
    model = Model.model_validate(MODEL | {"note": "mine"})
    assert (model.split, model.several) == (None, False)
    assert model.to_json()["note"] == "mine"
    assert Environment.model_validate({"packages": {"torch": "2.10"}}).date is None


@pytest.mark.parametrize("wrong", [{"classes": []}, {"classes": "nevus"}, {"image_size": 0}, {"recipe": None}, {"several": "perhaps"}])
def test_a_wrong_entry_is_refused_by_its_name(wrong: dict[str, object]) -> None:
    (name,) = wrong
    with pytest.raises(ValidationError, match=rf"\n{name}\n"):
        Model.model_validate(MODEL | wrong)


@pytest.mark.parametrize(("form", "name"), [(Model, "classes"), (Environment, "packages"), (OneFinding, "finding")])
def test_a_file_without_what_its_readers_need_is_refused(form: type, name: str) -> None:
    with pytest.raises(ValidationError, match=rf"\n{name}\n  Field required"):
        TypeAdapter(form).validate_python({})


def test_scores_are_named_with_their_split() -> None:
    with pytest.raises(ValidationError, match=r"\ntest\.n\n"):
        TypeAdapter(Metrics).validate_python({"test": {"n": -1}})
    assert TypeAdapter(Metrics).validate_python({}) == {}
