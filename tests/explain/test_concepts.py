"""The concepts of some images: what is marked in them, and the sides of its border."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.config import Data
from sightline.data.sets.phantom import read
from sightline.explain.concepts import concepts_of

SIDES = ["border, top", "border, bottom", "border, left", "border, right"]


def test_concepts_are_the_regions_and_what_they_do_not_hold_already():
    records = read(train=6, val=0, test=0, size=32, artefact="mixed")
    found = concepts_of(records, Data(image_size=32))
    assert found.names == ["lesion", "border", "dark", "skin", "hair", "ruler", "sticker", "ink", "gel", *SIDES]
    assert found.known.all()
    plain = [type(r)(r.id, r.image, r.label, annotations=r.annotations, avoid=r.avoid) for r in records]
    found = concepts_of([*plain[:5], type(plain[5])("x", plain[5].image, "nevus")], Data(image_size=32))
    assert found.names == ["annotated", "avoid", "border", *SIDES]
    assert found.known.tolist() == [[True] * 7] * 5 + [[False] * 7]
    assert np.array_equal(found.masks[0, 0] > 0, records[0].annotations[0].source.draw() > 0)


def test_concepts_move_with_the_image_and_thin_ones_do_not_vanish():
    records = read(train=12, val=0, test=0, size=224)
    found = concepts_of(records, Data(image_size=224))
    assert found.masks.shape[2:] == (56, 56)
    for record, masks in zip(records, found.masks, strict=True):
        hair = record.regions["hair"][0]
        if hair.kind == "mask":
            assert masks[found.names.index("hair")].mean() == pytest.approx((hair.source.draw() > 0).mean(), rel=1e-3)


def test_002_12_the_sides_of_a_border_are_its_quarters():
    found = concepts_of(read(train=6, val=0, test=0, size=48), Data(image_size=48))
    masks = {name: found.masks[:, c] for c, name in enumerate(found.names)}
    np.testing.assert_allclose(sum(masks[side] for side in SIDES), masks["border"])
    places = np.arange(48)
    for border, top, bottom, left, right in zip(*(masks[name] for name in ("border", *SIDES)), strict=True):
        middle = [border.sum(axis) @ places / border.sum() for axis in (1, 0)]  # row, column
        assert (top.sum(1) @ places / top.sum()) < middle[0] - 3 < middle[0] + 3 < (bottom.sum(1) @ places / bottom.sum())
        assert (left.sum(0) @ places / left.sum()) < middle[1] - 3 < middle[1] + 3 < (right.sum(0) @ places / right.sum())


@pytest.mark.parametrize(("annotation", "outlined"), [("mask", True), ("polygon", True), ("box", False)])
def test_002_12_images_with_outlines_alone_have_a_border_where_the_phantom_has_it(annotation, outlined):
    """As ISIC 2017 has them; the border of a box would not be that of the lesion."""
    drawn = read(train=6, val=0, test=0, size=56, annotation=annotation)
    plain = [type(r)(r.id, r.image, r.label, annotations=r.annotations) for r in drawn]
    found, truth = (concepts_of(records, Data(image_size=56)) for records in (plain, drawn))
    assert ("border" in found.names) == outlined
    if outlined:
        ours, theirs = (some.masks[:, some.names.index("border")] for some in (found, truth))
        assert np.minimum(ours, theirs).sum() / np.maximum(ours, theirs).sum() > 0.6
