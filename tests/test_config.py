"""The settings of the data: what they are without being set, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sightline.config import Augment, Data, Decoy, Mask, Roi, Split


def refused(section: type, message: str, **values: Any) -> None:
    with pytest.raises(ValidationError, match=message):
        section(**values)


def test_without_being_set_annotations_guide_as_they_are_and_nothing_is_planted() -> None:
    assert Data().roi == Roi(of=(), control=None, shape="exact", grow=0, shift=0, noise=0, invert=False)
    assert Data().decoy is None
    assert Data().augment == Augment()
    assert (Data().annotated_fraction, Data().leaks, Data().balance) == (1, "refuse", "none")


def test_val_and_test_leave_something_for_the_training() -> None:
    refused(Split, "take every image. Leave some for the training", val=0.4, test=0.6)
    assert Split(val=0.4, test=0.5).test == 0.5


def test_a_fold_is_one_of_the_folds() -> None:
    assert Split(folds=5, fold=4).fold == 4
    refused(Split, "no fold 5, since folds is 5, so fold is 0 to 4", folds=5, fold=5)
    refused(Split, "no fold 1, since folds is not set. Set folds and fold together", fold=1)


def test_the_inside_of_a_mask_is_said_in_one_way() -> None:
    assert Mask(levels=[255, "#ff0000"]).levels == (255, "#ff0000")
    assert Mask(least=0.5).least == 0.5
    refused(Mask, "levels and least say the same in two ways: give one of them", levels=[1], least=0)
    refused(Mask, "levels", levels=["red"])


def test_a_crop_is_not_larger_than_what_it_is_cut_from() -> None:
    assert Data(image_size=64, load_size=64).load_size == 64
    refused(Data, "load_size must be at least image_size", image_size=64, load_size=63)


@pytest.mark.parametrize("name", ["saturation", "hue"])
def test_only_images_of_red_green_and_blue_change_their_colour(name: str) -> None:
    assert Data(augment={name: 0.1}).channels == 3
    message = f"augment.{name} changes red, green and blue.*channels is 1. Set data.augment.{name} to 0"
    refused(Data, message, channels=1, augment={name: 0.1})
    assert Data(channels=1, augment={name: 0}).channels == 1


def test_a_translation_leaves_something_in_sight() -> None:
    assert Data(image_size=64, augment={"translate": 63}).image_size == 64
    refused(Data, "moves the image out of sight. Give less than image_size, 64 pixels", image_size=64, augment={"translate": 64})


def test_a_list_of_annotated_images_and_a_share_exclude_each_other() -> None:
    assert Data(annotated="list.csv").annotated is not None
    refused(Data, "annotated names the images, so annotated_fraction has to be 1", annotated="list.csv", annotated_fraction=0.5)


def test_a_decoy_has_one_of_the_artefacts_and_a_correlation() -> None:
    assert (Decoy().artefact, Decoy().strength, Decoy().positive) == ("swatch", 0.95, None)
    refused(Decoy, "artefact", artefact="hair")
    refused(Decoy, "strength", strength=1.1)
    refused(Decoy, "size", size=0)
