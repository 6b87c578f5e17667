"""The settings of a recipe in a few words."""

from __future__ import annotations

from typing import Any

import pytest

from sightline import catalog
from sightline.explain.figure import diagram_words as words
from sightline.recipe import Recipe, load_recipe


def recipe(**settings: Any) -> Recipe:
    return load_recipe("energy", {key.replace("__", "."): value for key, value in settings.items()})


def test_images_that_are_changed_at_random_say_so() -> None:
    plain = {"data__augment": {"fill": [1, 2, 3]}}
    assert words.images(recipe(data__image_size=96, **plain)) == ("images", "96 × 96 px")
    assert words.images(recipe(data__augment={"flip_y": 0.5}))[1].endswith(", changed at random")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"data__roi": {"pseudo": "m"}}, ("pseudo masks", "in place of annotations")),
        ({"data__annotated": "a.csv"}, ("annotation", "of the images in a list")),
        ({"data__roi": {"of": ["pigment_network"]}, "data__annotated_fraction": 0.25}, ("annotation", "pigment network 25% of the images")),
        ({"data__roi": {"of": ["lesion", "halo"]}}, ("annotation", "lesion, halo")),
    ],
)
def test_the_annotation_is_told_by_where_it_comes_from(settings: dict[str, Any], said: tuple[str, str]) -> None:
    assert words.annotation(recipe(**settings)) == said


@pytest.mark.parametrize(
    ("roi", "said"),
    [
        ({}, "soft, in [0, 1]"),
        ({"control": "random"}, "of another image"),
        ({"control": "centre", "invert": True}, "disc in the middle, inverted"),
        ({"shape": "box", "grow": -0.25, "shift": 0.5}, "box, grow -0.25, shift 0.5"),
    ],
)
def test_what_becomes_of_the_annotation_is_listed(roi: dict[str, Any], said: str) -> None:
    assert words.roi(recipe(data__roi=roi)) == ("ROI map", said)


def test_the_network_is_told_with_weights_and_strides() -> None:
    def told(**own: Any) -> str:
        return words.backbone(recipe(backbone={"name": "resnet18"} | own))[1].replace("\u00a0", " ")

    assert told(weights="none") == "from scratch, features F"
    assert told(weights="imagenet", stride=16) == "ImageNet weights, cut at stride 16, features F"
    assert told(weights="/w.safetensors", output_stride=8) == "given weights, dilated to stride 8, features F"


def test_the_head_is_told_with_its_hidden_layers() -> None:
    assert words.head(recipe(head={"kind": "own"}))[0] == "its own head"
    assert words.head(recipe(head={"hidden": [64, 32]})) == ("classification head", "GAP, dense 64, dense 32, linear: scores y, softmax")
    assert words.head(load_recipe("own-region"))[0] == "second network"


def test_a_loss_is_told_with_its_weight_if_that_is_fixed_and_its_first_epoch() -> None:
    (one,) = recipe(losses__guidance=[{"name": "energy", "weight": 0.5, "start": 3}]).losses.guidance
    name, formula = words.loss("guidance", one, "fixed")
    assert name.replace("\u00a0", " ") == "energy × 0.5 from epoch 4"
    assert formula == words.formula("guidance", "energy")
    assert words.loss("guidance", one, "learned")[0] == "energy from epoch 4"
    (of_map,) = recipe(losses__guidance=[{"name": "energy", "map": "cam"}]).losses.guidance
    assert words.loss("guidance", of_map, "learned")[0] == "energy of cam"


def test_where_maps_come_from_is_told_with_the_layer() -> None:
    gates = load_recipe("attnmel")
    assert " and ".join(gates.attention.options["taps"]) in words.source(gates)[1]
    assert ", at " not in words.source(recipe())[1]


@pytest.mark.parametrize("room", ["classification", "guidance", "behaviour", "weighting", "attention"])
def test_words_in_place_of_a_formula_have_no_references(room: str) -> None:
    for name in catalog.places(room):
        said = words.formula(room, name)
        assert said
        if not getattr(catalog.find(room, name), "formula", ""):
            assert "(" not in said
    assert words.total(recipe())[0] == "total loss"
