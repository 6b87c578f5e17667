"""The settings of `sightline pseudo-mask`: their defaults, and what is refused."""

from __future__ import annotations

import pytest

from sightline.errors import UserError
from sightline.pseudo.settings import Keep, PseudoMasks, settings_from


def settings(**changes: object) -> PseudoMasks:
    return settings_from({"data": {"name": "folder", "root": "moles"}} | changes)


def test_003_32_the_network_that_draws_is_the_one_that_the_page_names():
    usual = settings()
    assert (usual.encoder, usual.image_size, usual.held_out, usual.weights) == ("mobilenetv2_100", 192, 0.2, "none")


def test_images_without_annotation_of_the_same_data_get_masks_unless_others_are_named():
    assert settings().target is None
    other = settings(target={"name": "folder", "root": "others", "annotated_on": "stored"})
    assert (str(other.target.root), other.target.annotated_on, other.data.annotated_on) == ("others", "stored", "upright")
    assert settings().keep == Keep(smallest=0.005, largest=0.95, components=1, confidence=0.8)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_size": 100}, "image_size.*multiple of 32"),
        ({"image_size": 32}, "image_size.*64"),
        ({"batch_size": 1}, "batch_size.*2"),
        ({"held_out": 0}, "held_out.*greater than 0"),
        ({"held_out": 1}, "held_out.*less than 1"),
        ({"lr": 0}, "lr.*greater than 0"),
        ({"epoch": 3}, 'epoch.*Did you mean "epochs"'),
        ({"data": {}}, "data.name"),
        ({"keep": {"smallest": 0.5, "largest": 0.5}}, "keep: no mask is both above smallest and below largest. Set smallest below largest"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(changes, message):
    with pytest.raises(UserError, match=message):
        settings(**changes)


def test_regions_of_any_size_can_be_kept():
    assert settings(keep={"smallest": 0, "largest": 1}).keep.largest == 1
