"""What surrounds a finding is replaced at random in training, and artefacts are pasted beside it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from blobs import spot_record

from sightline.config import Augment, Data
from sightline.data.artefacts import ARTEFACTS_OF
from sightline.data.cache import Planes
from sightline.data.dataset import ImageDataset
from sightline.data.sampling import Key
from sightline.data.surroundings import disturbed, pasted_artefacts
from sightline.errors import UserError

SIDE = 64


def planes(seed: int = 0, known: bool = True) -> Planes:
    """Noise of one level; the region is the middle, and nothing is to be avoided."""
    pixels = np.zeros((5, SIDE, SIDE), np.uint8)
    pixels[:3] = np.random.default_rng(seed).integers(60 + 40 * seed, 90 + 40 * seed, (3, SIDE, SIDE))
    pixels[3, 24:40, 24:40] = 255
    return Planes(pixels, known, True)


def changed(augment: Augment, before: Planes, seed: int = 0, known: bool = True, lender: Planes | None = None) -> Planes:
    names = pasted_artefacts(Data(kind="dermoscopy", augment=augment))
    return disturbed(before, known, augment, names, np.random.default_rng(seed), lambda rng: lender)


@pytest.mark.parametrize("fill", ["another", "grey", "mean", "blur", "noise"])
def test_the_outside_is_replaced_and_the_region_stays(fill: str) -> None:
    augment, before = Augment(outside={"p": 1, "fill": fill, "margin": 0.05}), planes()
    kept = before.pixels.copy()
    after = changed(augment, before, lender=planes(seed=3))
    assert np.array_equal(before.pixels, kept)
    assert np.array_equal(after.pixels[3:], before.pixels[3:])
    assert np.array_equal(after.image[:, 24:40, 24:40], before.image[:, 24:40, 24:40])
    outside = after.image[:, :16].astype(float)
    assert (outside != before.image[:, :16]).mean() > 0.5
    expected = {"another": 195, "grey": 128}.get(fill, 75)
    assert outside.mean() == pytest.approx(expected, abs=4)
    assert (outside.std() < 1) == (fill in ("grey", "mean", "blur"))


def test_another_s_own_region_does_not_come_along() -> None:
    lender = planes(seed=1)
    lender.image[:, 24:40, 24:40] = 255
    before = planes()
    before.maps[0][:] = 0
    before.maps[0][0, 50:60, 50:60] = 255
    after = changed(Augment(outside={"p": 1, "margin": 0}), before, lender=lender)
    assert after.image[:, 24:40, 24:40].max() < 140


@pytest.mark.parametrize(
    ("known", "lender", "empty", "fill"), [(False, True, False, "grey"), (True, False, False, "another"), (True, True, True, "grey")]
)
def test_without_region_or_lender_the_image_stays(known: bool, lender: bool, empty: bool, fill: str) -> None:
    before = planes()
    if empty:
        before.maps[0][:] = 0
    after = changed(Augment(outside={"p": 1, "fill": fill}), before, known=known, lender=planes(1) if lender else None)
    assert np.array_equal(after.pixels, before.pixels)


def test_an_artefact_lies_beside_the_region_and_is_a_place_to_avoid() -> None:
    before = planes()
    for seed in range(6):
        after = changed(Augment(artefacts={"p": 1, "of": ["ruler"]}), before, seed)
        touched = (after.image != before.image).any(0)
        assert touched.any()
        assert not touched[24:40, 24:40].any()
        assert np.array_equal(after.maps[0], before.maps[0])
        assert (after.maps[1][0][touched] == 255).all()
    unknown = changed(Augment(artefacts={"p": 1, "of": ["ruler"]}), before._replace(avoid_known=False))
    assert not unknown.maps[1].any()


def test_both_happen_as_often_as_they_are_asked_for() -> None:
    before = planes()
    augment = Augment(outside={"p": 0.25, "fill": "grey"}, artefacts={"p": 0.5, "of": ["swatch"]})
    some = [changed(augment, before, seed) for seed in range(200)]
    greyed = np.array([one.image[0, 3, 32] == 128 or one.image[0, -3, 32] == 128 for one in some])
    pasted = np.array([one.maps[1].any() for one in some])
    assert greyed.mean() == pytest.approx(0.25, abs=0.1)
    assert pasted.mean() == pytest.approx(0.5, abs=0.1)
    assert (greyed & pasted).any()


def test_the_artefacts_are_those_of_the_kind_of_image_but_for_those_left_out() -> None:
    def names(data: dict[str, object] | None = None, **asked: object) -> tuple[str, ...]:
        return pasted_artefacts(Data(**(data or {}), augment={"artefacts": asked}))

    assert names({"kind": "ultrasound"}) == names({"name": "busi"}) == ARTEFACTS_OF["ultrasound"]
    assert names({"kind": "ultrasound"}, without=["text"]) == ("caliper", "body_marker", "depth_scale")
    assert names({"name": "folder"}, of=["ruler", "text"], without=["text"]) == ("ruler",)
    assert pasted_artefacts(Data()) == ()
    with pytest.raises(UserError, match=r"artefacts\.without: no artefact 'rulers'\. Did you mean \"ruler\"\?"):
        names(without=["rulers"])
    with pytest.raises(UserError, match=r"Set data\.kind"):
        names({"name": "folder"})
    with pytest.raises(UserError, match="leaves no artefact"):
        names(of=["ruler"], without=["ruler"])


def test_training_images_are_changed_by_seed_epoch_and_position_and_others_never() -> None:
    records = [spot_record(i) for i in range(6)]
    augment = Augment(outside={"p": 1}, artefacts={"p": 1, "of": ["swatch"]})

    def made(train: bool = True, **settings: object) -> ImageDataset:
        return ImageDataset(records, ["a", "b"], Data(image_size=32, cache=False, augment=settings), train=train)

    plain, changing = made(), made(**augment.model_dump(exclude_defaults=True))
    before, after = plain[Key(3, 5, 2)], changing[Key(3, 5, 2)]
    assert not torch.equal(before.image, after.image)
    assert torch.equal(before.roi, after.roi)
    torch.rand(5)
    assert torch.equal(made(**augment.model_dump(exclude_defaults=True))[Key(3, 5, 2)].image, after.image)
    for other in (Key(4, 5, 2), Key(3, 6, 2)):
        assert not torch.equal(changing[other].image, after.image)
    assert torch.equal(changing[2].image, plain[2].image)
    assert torch.equal(made(False, **augment.model_dump(exclude_defaults=True))[Key(3, 5, 2)].image, plain[2].image)


def test_the_geometry_draws_what_it_drew_without_them() -> None:
    records = [spot_record(i) for i in range(4)]
    moving = {"rotate": (-40, 40), "flip_x": 0.5, "translate": 3}
    plain, pasted = (
        ImageDataset(records, ["a", "b"], Data(image_size=32, cache=False, augment=moving | more), train=True)
        for more in ({}, {"artefacts": {"p": 1, "of": ["ruler"]}})
    )
    for position in range(4):
        assert torch.equal(plain[Key(0, position, position)].roi, pasted[Key(0, position, position)].roi)
