"""Geometry and colours of images that have one channel, or more than three."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from blobs import centroid, spot
from torch import Tensor
from torchvision import tv_tensors

from sightline.config import Augment, Data
from sightline.data.augment import augmentation, prepare
from sightline.data.heatmap import HeatMap
from sightline.errors import UserError
from sightline.recipe import load_recipe


def data(channels: int, **settings: object) -> Data:
    return Data(image_size=48, channels=channels, **settings)  # type: ignore[arg-type]


def moved(channels: int, augment: Augment, image: Tensor) -> list[Tensor]:
    torch.manual_seed(3)
    return augmentation(augment, data(channels))([tv_tensors.Image(image), HeatMap(image[:1].clone())])


def test_of_colours_one_channel_keeps_the_brightness() -> None:
    pixels = np.zeros((48, 48, 3), np.uint8)
    pixels[:24] = (255, 0, 0)
    pixels[24:] = (70, 70, 70)
    square, _ = prepare(pixels, [], data(1))
    assert square.shape == (1, 48, 48)
    assert (int(square[0, 0, 0]), int(square[0, -1, 0])) == (76, 70)


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_padding_has_the_brightness_of_the_fill(channels: int) -> None:
    wide = np.zeros((20, 40, channels), np.uint8)
    square, [roi] = prepare(wide, [np.ones((20, 40))], data(channels, fit="pad", augment=Augment(fill=(255, 0, 0))))
    assert square.shape == (channels, 48, 48)
    assert set(square[:, 0].flatten().tolist()) == {76}
    assert float(roi[0, 0].max()) == 0


@pytest.mark.parametrize("channels", [1, 4])
def test_all_channels_and_the_map_move_together(channels: int) -> None:
    image = torch.tensor(spot(10, 30, (48, 48)), dtype=torch.float32).expand(channels, 48, 48).clone()
    seen, roi = moved(channels, Augment(rotate=(90, 90), flip_x=1, translate=3, fill=(0, 0, 0)), image)
    assert seen.shape == (channels, 48, 48)
    assert np.abs(centroid(roi) - (10, 30)).max() > 5
    for channel in seen:
        assert np.abs(centroid(channel) - centroid(roi)).max() < 0.05


def test_brightness_and_contrast_change_any_number_of_channels() -> None:
    image = torch.rand(5, 48, 48) * 0.4 + 0.1
    seen, roi = moved(5, Augment(brightness=(1.5, 1.5), contrast=(0.5, 0.5)), image)
    brighter = image * 1.5
    torch.testing.assert_close(seen.as_subclass(Tensor), (brighter + brighter.mean((1, 2), keepdim=True)) / 2)
    assert torch.equal(roi.as_subclass(Tensor), image[:1])


def test_colours_of_other_channels_than_three_are_refused() -> None:
    for name in ("saturation", "hue"):
        with pytest.raises(UserError, match=f"augment.{name} changes red, green and blue") as refused:
            load_recipe("label-only", {"data.channels": 1, f"data.augment.{name}": 0.1})
        assert f"Set data.augment.{name} to 0" in str(refused.value)
    assert load_recipe("label-only", {"data.channels": 1, "data.augment.brightness": 0.1}).data.channels == 1
