"""Named regions go through the same geometry as the image."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.data.regions import region_mask
from sightline.types import Annotation, Record

LEFT, RIGHT = Annotation("box", points=((0, 0, 20, 30),)), Annotation("box", points=((40, 10, 60, 30),))


def record(folder, **regions: tuple[Annotation, ...]) -> Record:
    path = folder / "image.png"
    Image.new("RGB", (60, 30)).save(path)
    return Record("one", path, "a", annotations=(RIGHT,), regions=regions)


def test_regions_are_united_at_the_size_the_network_sees(tmp_path) -> None:
    found = region_mask(record(tmp_path, left=(LEFT,), right=(RIGHT,)), ("left", "right"), Data(image_size=12))
    assert found is not None
    expected = np.zeros((12, 12), bool)
    expected[:, :4] = expected[4:, 8:] = True
    np.testing.assert_array_equal(found, expected)


def test_a_region_is_cut_as_the_image_is(tmp_path) -> None:
    one = record(tmp_path, right=(RIGHT,))
    for data in (
        Data(image_size=24, fit="pad"),
        Data(image_size=24, fit="crop"),
        Data(image_size=16, load_size=24),
        Data(image_size=24, centre=0.8),
    ):
        _, roi = ImageDataset([one], ["a"], data, train=False).picture(0)
        assert roi is not None
        np.testing.assert_array_equal(region_mask(one, ("right",), data), roi >= 0.5)


def test_unknown_is_none_and_absent_is_empty(tmp_path) -> None:
    one = record(tmp_path, left=(LEFT,), tumour=(Annotation("nothing"),))
    assert region_mask(one, ("left", "right"), Data(image_size=12)) is None
    absent = region_mask(one, ("tumour",), Data(image_size=12))
    assert absent is not None
    assert not absent.any()
