"""Kinds of image, and names of artefacts."""

from __future__ import annotations

import importlib
from typing import get_args

import numpy as np
import pytest

from sightline import catalog
from sightline.config import Data, Kind
from sightline.data.artefacts import ARTEFACTS_OF, artefact_of, kind_of, tried
from sightline.data.counterfactual import ARTEFACTS

KINDS = {
    "phantom": "dermoscopy",
    "isic2017": "dermoscopy",
    "busi": "ultrasound",
    "phantom_ultrasound": "ultrasound",
    "phantom_cxr": "xray",
    "cub200": "photograph",
}


def pictures(colour: bool, n: int = 10) -> np.ndarray:
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 255, (n, 1, 16, 16)).repeat(3, axis=1)
    cast = np.array([40, 0, -40] if colour else [1, 0, -1]).reshape(1, 3, 1, 1)  # JPEG leaves a little colour in grey
    return (grey + cast).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_data_set_says_its_kind(name, kind):
    found = kind_of(Data(name=name), pictures(colour=True))
    assert (found.name, found.how) == (kind, "data set")


@pytest.mark.parametrize(("colour", "kind"), [(False, "grey"), (True, "photograph")])
@pytest.mark.parametrize("name", ["folder", "table", "coco", "voc"])
def test_of_own_data_it_is_guessed_from_the_colours(name, colour, kind):
    found = kind_of(Data(name=name), pictures(colour))
    assert (found.name, found.how) == (kind, "guessed")


def test_some_pictures_in_colour_make_no_grey_data_set():
    both = np.concatenate([pictures(colour=False, n=8), pictures(colour=True, n=2)])
    assert kind_of(Data(name="folder"), both).name == "photograph"


def test_what_is_told_counts_first():
    data = Data(name="busi", kind="xray")
    assert kind_of(data, pictures(colour=True)).name == "xray"
    assert kind_of(data, pictures(colour=True), "dermoscopy").name == "dermoscopy"
    assert kind_of(data, pictures(colour=True)).how == "told"


def test_every_kind_of_every_reader_has_its_artefacts():
    assert set(ARTEFACTS_OF) == {*get_args(Kind), "grey"}
    for place in catalog.PLACES["data"].values():
        kind = getattr(importlib.import_module(place.partition(":")[0]), "KIND", None)
        assert kind in (None, *get_args(Kind))
    assert {name for names in ARTEFACTS_OF.values() for name in names} == set(ARTEFACTS), "each can be drawn, and each is somewhere"


def test_tagged_artefacts_are_tried_beside_those_of_the_kind():
    kind = kind_of(Data(name="busi"), pictures(colour=False))
    assert tried(kind, ["ruler", "artefact", "text"], ARTEFACTS) == ["caliper", "text", "body_marker", "depth_scale", "ruler"]


@pytest.mark.parametrize(
    ("tag", "artefact"),
    [
        *(("ruler", "ruler"), ("Rulers", "ruler"), ("skin_marker", "ink"), ("band-aid", "band_aid"), ("Plaster", "band_aid")),
        *(
            ("CALIPERS", "caliper"),
            ("side marker", "token"),
            ("Support Devices", "tube"),
            ("hair", "hair"),
            ("dark corners", "dark_corner"),
        ),
        *(("age", None), ("scale", None), ("artefact", "artefact"), ("", None)),
    ],
)
def test_artefacts_are_recognised_by_the_names_people_give_them(tag, artefact):
    assert artefact_of(tag) == artefact
