"""What a perfect expert would mark in a phantom: the concepts with which units are compared (002-12 to 002-16)."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion

from sightline.data.sets.phantom import read
from sightline.phantom.parts import PARTS
from sightline.types import Drawable, Record

SIZE = 96
ARTEFACTS = ("ruler", "sticker", "ink", "gel")


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read(train=60, val=0, test=0, size=SIZE, artefact="mixed", correlation=0.8)


def mask(record: Record, part: str) -> np.ndarray:
    (mark,) = record.regions[part]
    if mark.kind == "nothing":
        return np.zeros((SIZE, SIZE), bool)
    assert isinstance(mark.source, Drawable)
    return mark.source.draw() > 0


def test_every_part_is_known_in_every_image(records: list[Record]) -> None:
    assert all(set(record.regions) == set(PARTS) == {"lesion", "border", "dark", "skin", "hair", *ARTEFACTS} for record in records)


def test_regions_are_drawn_when_they_are_needed(records: list[Record]) -> None:
    assert all(len(pickle.dumps(mark)) < 600 for record in records for (mark,) in record.regions.values())


def test_hair_and_artefacts_are_marked_where_they_are_and_nothing_where_not(records: list[Record]) -> None:
    for record in records:
        assert (record.regions["hair"][0].kind == "mask") == record.tags["hair"]
        for kind in ARTEFACTS:
            assert (record.regions[kind][0].kind == "mask") == record.tags[kind]
            assert not record.tags[kind] or record.regions[kind] == record.avoid
    assert {r.tags["hair"] for r in records} == {True, False}


def test_the_lesion_is_the_annotation_and_its_border_lies_along_its_outline(records: list[Record]) -> None:
    for record in records:
        lesion, border = mask(record, "lesion"), mask(record, "border")
        assert record.regions["lesion"] == record.annotations
        outline = binary_dilation(lesion) & ~binary_erosion(lesion)
        assert (border & outline).sum() > 0.9 * outline.sum()
        assert border.sum() < 0.5 * (lesion | border).sum() + outline.sum()


def test_skin_is_what_nothing_lies_on(records: list[Record]) -> None:
    for record in records:
        others = np.logical_or.reduce([mask(record, part) for part in ("lesion", "hair", *ARTEFACTS)])
        assert np.array_equal(mask(record, "skin"), ~others)


def test_dark_regions_are_darker_than_the_rest_of_the_lesion_and_mostly_of_melanomas(records: list[Record]) -> None:
    shares: dict[str, list[float]] = {"nevus": [], "melanoma": []}
    for record in records:
        lesion, dark = mask(record, "lesion"), mask(record, "dark")
        assert not (dark & ~lesion).any()
        shares[record.label].append(dark.sum() / lesion.sum())
        assert isinstance(record.image, Drawable)
        brightness = record.image.draw().mean(2)
        if dark.sum() > 20:
            assert brightness[dark].mean() < 0.9 * brightness[lesion & ~dark].mean()
    assert np.mean(shares["melanoma"]) > 3 * np.mean(shares["nevus"]), "their colours are less uniform (002-13)"


def test_hair_is_darker_or_lighter_than_what_lies_beside_it() -> None:
    differences = []
    for record in read(train=60, val=0, test=0, size=256, correlation=0.0):
        hair = mask_at(record, "hair")
        if hair is None:
            continue
        beside = binary_dilation(hair, iterations=4) & ~binary_dilation(hair, iterations=2)
        assert isinstance(record.image, Drawable)
        brightness = record.image.draw().mean(2)
        differences.append(abs(brightness[hair].mean() - brightness[beside].mean()))
    assert np.median(differences) > 15


def mask_at(record: Record, part: str) -> np.ndarray | None:
    (mark,) = record.regions[part]
    return mark.source.draw() > 0 if isinstance(mark.source, Drawable) else None


def test_equal_keys_are_equal_pixels(records: list[Record]) -> None:
    drawn: dict[str, np.ndarray] = {}
    flipped = read(train=0, val=0, test=8, size=SIZE, artefact="mixed", correlation=0.5)
    for record in [*records[:8], *flipped]:
        for (mark,) in record.regions.values():
            if isinstance(mark.source, Drawable):
                pixels = mark.source.draw()
                assert np.array_equal(drawn.setdefault(mark.source.key, pixels), pixels)
