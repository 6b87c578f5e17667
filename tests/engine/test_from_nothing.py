"""The warning of a network from nothing on few images: when it is said, and when not."""

from __future__ import annotations

import pytest

from sightline.engine.from_nothing import FEW, from_nothing
from sightline.recipe import load_recipe

OWN = {"data.name": "folder", "data.root": "photos"}


def test_it_names_numbers_and_remedy():
    (said,) = from_nothing(load_recipe("label-only", OWN), 486)
    assert said.startswith("resnet18 starts from random weights, and 486 training images are few for that (fewer than 5,000).")
    assert "`preset='good'`" in said


@pytest.mark.parametrize(
    ("settings", "images"),
    [
        ({"data.root": None}, 100),  # drawn data sets
        ({"backbone.weights": "imagenet"}, 100),
        ({"backbone.weights": "own.safetensors"}, 100),
        ({"train.start": "runs/before"}, 100),
        ({"backbone.name": "cnn4"}, 100),  # made to learn from nothing; nobody has weights of it
        ({}, FEW),
    ],
)
def test_it_is_not_said_where_there_is_nothing_to_do(settings, images):
    assert from_nothing(load_recipe("label-only", OWN | settings), images) == ()
