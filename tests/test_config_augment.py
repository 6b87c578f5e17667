"""The settings of the random changes of training images."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sightline.config_augment import Artefacts, Augment, Outside


def test_without_being_set_nothing_changes() -> None:
    still = Augment()
    assert (still.rotate, still.scale_x, still.shear_y, still.translate, still.flip_x, still.hue) == ((0, 0), (1, 1), (0, 0), 0, 0, 0)
    assert (still.crop_scale, still.outside, still.artefacts) == (None, None, None)


def test_a_shear_in_degrees_leaves_something_of_the_image_and_one_in_pixels_may_be_any() -> None:
    for wrong in ({"shear_x": (-81, 0)}, {"shear_y": (0, 80.5)}):
        with pytest.raises(ValidationError, match=r"more than 80 degrees leaves nothing of the image\. Give less, or shear_unit: pixels"):
            Augment(**wrong)
        assert Augment(**wrong, shear_unit="pixels").shear_unit == "pixels"
    assert Augment(shear_x=(-80, 80)).shear_x == (-80, 80)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rotate": (20, -20)},
        {"scale_x": (0, 1)},
        {"fill": (0, 0, 256)},
        {"fill": (0, 0)},
        {"flip_y": 1.1},
        {"hue": 0.6},
        {"brightness": (1.2, 0.8)},
        {"brightness_shift": -0.1},
        {"crop_scale": (0, 1)},
        {"outside": {"p": 2}},
        {"artefacts": {"p": -1}},
        {"rotate45": True},
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ValidationError, match=rf"\n{name}\b"):
        Augment(**wrong)


def test_half_of_the_images_get_another_outside_or_an_artefact_unless_told_otherwise() -> None:
    assert (Outside().p, Outside().fill, Outside().margin) == (0.5, "another", 0.03)
    assert (Artefacts().p, Artefacts().of, Artefacts().without) == (0.5, (), ())
    with pytest.raises(ValidationError, match="fill"):
        Outside(fill="black")  # type: ignore[arg-type]


def test_a_colour_factor_is_a_number_or_a_range() -> None:
    assert Augment(brightness=0.2).brightness == 0.2
    assert Augment(brightness=[0.5, 2]).brightness == (0.5, 2)  # type: ignore[arg-type]
