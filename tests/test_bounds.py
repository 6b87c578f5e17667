"""Every number that a setting can have lies between two bounds, also those of plug-ins: found by walking all of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ConfigDict, TypeAdapter, create_model

from sightline import catalog
from sightline.errors import UserError
from sightline.overrides import override
from sightline.pseudo.settings import PseudoMasks, settings_from
from sightline.recipe import Recipe, load_recipe, recipe_from, recipe_names, validated
from sightline.serve.limits import Limits
from sightline.study.plan import Plan, load_plan, plan_names


def numbers(schema: dict[str, Any], definitions: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(dotted place, JSON schema) of every number in a schema."""
    if "$ref" in schema:
        yield from numbers(definitions[schema["$ref"].rpartition("/")[2]], definitions, place)
    if schema.get("type") in ("integer", "number") and "enum" not in schema and "const" not in schema:
        yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from numbers(inner, definitions, f"{place}.{name}".strip("."))
    for key in ("anyOf", "allOf", "oneOf", "prefixItems"):
        for inner in schema.get(key, ()):
            yield from numbers(inner, definitions, place)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from numbers(schema[key], definitions, f"{place}.*")


def unbounded(schema: dict[str, Any]) -> list[str]:
    """The numbers of a schema without a lower or an upper bound."""
    lacking = []
    for place, number in numbers(schema, schema.get("$defs", {})):
        if not ({"minimum", "exclusiveMinimum"} & number.keys() and {"maximum", "exclusiveMaximum"} & number.keys()):
            lacking.append(place)
    return lacking


@pytest.mark.parametrize("model", [Recipe, Plan, PseudoMasks, Limits])
def test_every_number_of_every_section_has_bounds(model: Any) -> None:
    assert len(list(numbers(model.model_json_schema(), model.model_json_schema().get("$defs", {})))) > 3
    assert unbounded(model.model_json_schema()) == []


PLUGINS = [(room, name) for room in catalog.PLACES if room != "figure" for name in catalog.PLACES[room]]


@pytest.mark.parametrize(("room", "name"), PLUGINS, ids=lambda part: part)
def test_every_number_of_every_plugin_has_bounds(room: str, name: str) -> None:
    for option in catalog.options_of(catalog.find(room, name)).values():
        kind = Any if option.annotation is inspect.Parameter.empty else option.annotation
        assert unbounded(TypeAdapter(kind).json_schema()) == [], option.name


def test_the_walk_finds_what_has_no_bounds() -> None:
    """The test of the test: a number anywhere, in a list, a choice or a section, is found."""
    inner = create_model("Inner", __config__=ConfigDict(), rate=(float, 1.0))
    found = create_model("Outer", inner=(inner, inner()), sizes=(tuple[int, ...], ()), either=(float | None, None), by=(dict[str, int], {}))
    assert sorted(unbounded(found.model_json_schema())) == ["by.*", "either", "inner.rate", "sizes.*"]


PLACES = sorted({place for place, _ in numbers(Recipe.model_json_schema(), Recipe.model_json_schema()["$defs"]) if "*" not in place})


@pytest.mark.parametrize("place", PLACES)
def test_no_number_takes_what_is_none(place: str) -> None:
    """True, not a number, infinity, a number of 400 digits, a word: refused by every setting that is a number, by its name."""
    section = next((name for name in ("data.decoy", "data.augment.outside", "data.augment.artefacts") if place.startswith(name)), None)
    base = load_recipe("energy", {section: {}} if section else {}).model_dump(mode="json")
    for wrong in (True, float("nan"), float("inf"), -float("inf"), 10**400, -(10**400), "many", 1e308):
        with pytest.raises(UserError, match=place.replace(".", r"\.")):
            recipe_from(override(base, {place: wrong}), "here")


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("evaluate.confidence", [0, 1, 0.1, 95]),
        ("evaluate.bootstrap", [0, 1, 1e9]),
        ("evaluate.threshold", [-0.1, 1.1]),
        ("evaluate.shuffles", [0, 1e6]),
        ("head.dropout", [1, -0.1]),
        ("head.hidden", [[-5], [0], [1e9], [8] * 99, 5]),
        ("backbone.drop_path", [1]),
        ("backbone.std", [[0, 0, 0], [1e-9, 1, 1]]),
        ("data.augment.crop_scale", [[2, 3], [0, 0], [0.9, 0.5], [-1, 1]]),
        ("data.augment.crop_ratio", [[0, 1], [2, 1]]),
        ("data.augment.scale_x", [[-1, 1], [0, 0], [1.2, 0.8], [1, 1e9], [1]]),
        ("data.augment.scale_y", [[0, 1]]),
        ("data.augment.rotate", [[20, -20], [0, 1e9]]),
        ("data.augment.shear_x", [[-90, 90], [0, 81]]),
        ("data.augment.translate", [1e9, 224, -1]),
        ("data.augment.fill", [[256, 0, 0], [-1, 0, 0], [0.5, 0, 0], [0, 0], 128]),
        ("data.augment.brightness", [1e9, [3, 1], [-1, 1], [True, True]]),
        ("data.augment.flip_x", [1.5, "no", True]),
        ("data.augment.hue", [0.6]),
        ("data.augment.outside", [{"p": 1.5}, {"margin": 0.6}, {"fill": "black"}]),
        ("data.augment.artefacts", [{"p": -0.1}, {"of": "ruler"}]),
        ("data.roi.noise", [1e6, -1]),
        ("data.roi.grow", [-1, 1e6]),
        ("data.roi.shift", [1e6]),
        ("data.roi.seed", [-1, 2**32]),
        ("data.split.fold", [1, -1]),
        ("data.split.folds", [1, 1e6]),
        ("data.split", [{"folds": 5, "fold": 5}, {"val": 0.5, "test": 0.5}, {"val": 1}]),
        ("data.image_size", [1, 0, -64, 1e6, 64.5]),
        ("data.load_size", [32, 1e6]),
        ("data.gaze_blur", [0, 1e9]),
        ("data.centre", [0, 1.1]),
        ("data.annotated_fraction", [-0.1, 2]),
        ("train.epochs", [0, 1e9, True]),
        ("train.batch_size", [0, 1e9]),
        ("train.optimizer.lr", [0, -1, 1e38]),
        ("train.optimizer.momentum", [1, 1.5]),
        ("train.optimizer.weight_decay", [-1, 1e6]),
        ("train.optimizer", [{"name": "sgd", "nesterov": True, "momentum": 0}]),
        ("train.schedule.gamma", [-0.1, 2]),
        ("train.lr_factors", [{"head": 0}, {"head": 1e9}, {"hed": 2}]),
        ("train.clip", [0, 1e9]),
        ("train.workers", [-1, 1e6]),
        ("train.devices", [0, 1e6]),
        ("train.nodes", [0, 1e6]),
        ("losses.classification.weight", [0, -1, float("inf"), 1e30]),
        ("losses.guidance.0.weight", [-1, float("inf")]),
        ("losses.guidance.0.start", [-1, 1e9]),
        (
            "losses.guidance",
            [[{"name": "avoid", "erode": -1}], [{"name": "avoid", "erode": True}], [{"name": "selective_mse", "alpha": 0}]],
        ),
        (
            "losses.behaviour",
            [[{"name": "mining", "w": 0}], [{"name": "mining", "sigma": float("nan")}], [{"name": "rrr", "margin": True}]],
        ),
        ("attention", [{"name": "gates", "width": 0}, {"name": "gates", "width": 1e9}, {"name": "gates", "taps": 3}]),
        ("weighting", [{"name": "calibrated", "batches": 0}, {"name": "uncertainty", "sigma_map": 0}]),
        ("data.options", [{"train": -1}, {"size": 0}, {"correlation": 2}, {"seed": True}]),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_settings_that_cannot_be_meant_are_refused_by_name(key: str, wrong: list[Any]) -> None:
    for value in wrong:
        with pytest.raises(UserError) as refused:
            load_recipe("energy", {key: value}).check()
        message = str(refused.value)
        # a section of several settings is named by what is wrong in it
        assert key.split(".")[-1] in message or key.split(".")[0] in message, message
        assert "\n" not in message


def test_the_message_names_bound_and_value() -> None:
    with pytest.raises(UserError, match=r"energy: train\.epochs: Input should be less than or equal to 100000\. Given: 1000000000\."):
        load_recipe("energy", {"train.epochs": 10**9})
    with pytest.raises(UserError, match=r"data\.split: there is no fold 5, since folds is 5, so fold is 0 to 4"):
        load_recipe("energy", {"data.split": {"folds": 5, "fold": 5}})
    with pytest.raises(UserError, match=r"losses\.classification\.weight: is 0, and no other loss teaches the classes"):
        load_recipe("energy", {"losses.classification.weight": 0}).check()


def test_what_can_be_meant_stays_allowed() -> None:
    settings = {
        "data.augment": {
            "rotate": [-180, 180],
            "scale_x": [0.5, 2],
            "crop_scale": [0.08, 1],
            "fill": [0, 255, 0],
            "brightness": [0.5, 1.5],
        },
        "data.split": {"folds": 5, "fold": 4},
        "losses.classification.weight": 0,
        "losses.behaviour": [{"name": "sufficiency"}],
        "train.optimizer": {"name": "sgd", "lr": 10, "nesterov": True},
        "train.epochs": "3",
        "evaluate.confidence": 0.99,
    }
    assert load_recipe("energy", settings).check().train.epochs == 3


@pytest.mark.parametrize(
    "settings",
    [
        {"confidence": 1},
        {"confidence": 0},
        {"draws": 1},
        {"seeds": 0},
        {"seeds": 10**6},
        {"seeds": True},
        {"matters": 0},
        {"matters": float("inf")},
        {"grid": {"train.epochs": []}},
        {"arms": []},
        {"arms": [{"name": "../away", "like": "true-roi"}]},
        {"arms": [{"name": "/away", "like": "true-roi"}]},
        {"arms": [{"name": "a", "tune": {"train.epochs": []}}]},
        {"name": ".."},
        {"name": "a/b"},
    ],
)
def test_plans_have_bounds_too(settings: dict[str, Any]) -> None:
    plan = load_plan("phantom-controls").model_dump(mode="json")
    with pytest.raises(UserError):
        validated(Plan, plan | settings, "plan")


@pytest.mark.parametrize(
    "settings",
    [{"epochs": 10**9}, {"image_size": 10**6}, {"keep": {"smallest": 0.5, "largest": 0.2}}, {"lr": 1e38}, {"held_out": 1}, {"seed": -1}],
)
def test_the_settings_of_pseudo_masks_have_bounds_too(settings: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        settings_from({"data": {"name": "phantom"}} | settings)


def test_everything_that_is_shipped_lies_within_the_bounds() -> None:
    for name in recipe_names():
        load_recipe(name).check()
    for name in plan_names():
        load_plan(name)


def test_stages_have_names_of_their_own_and_no_stages() -> None:
    with pytest.raises(UserError, match="two stages are called 'a'"):
        load_recipe("energy", {"stages": [{"name": "a"}, {"name": "a"}]})
    with pytest.raises(UserError, match="a stage cannot set 'stages'"):
        load_recipe("energy", {"stages": [{"name": "a", "set": {"stages": []}}]})
    with pytest.raises(UserError, match="a stage cannot set 'name'"):
        load_recipe("energy", {"stages": [{"name": "a", "set": {"name": "b"}}]})
