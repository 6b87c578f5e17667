"""Backbones for images of one channel, or of more than three."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sightline.attention.backbone import Backbone
from sightline.config import Backbone as Settings
from sightline.errors import UserError
from sightline.recipe import load_recipe


def backbone(channels: int, name: str = "test_resnet", **settings: object) -> Backbone:
    torch.manual_seed(0)
    return Backbone(Settings(name=name, **settings), image_size=32, channels=channels).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["test_resnet", "test_vit", "cnn4"])
@pytest.mark.parametrize("channels", [1, 4])
def test_the_first_layer_has_the_channels_of_the_images(name: str, channels: int) -> None:
    found = backbone(channels, name)
    assert found(torch.rand(2, channels, 32, 32)).last.shape[:2] == (2, found.channels)
    assert found.mean.shape == (1, channels, 1, 1)


@pytest.mark.parametrize("name", ["test_resnet", "cnn4"])
def test_weights_for_colours_say_the_same_of_a_grey_image_in_one_channel(name: str, tmp_path: Path) -> None:
    colour = backbone(3, name)
    save_file(colour.net.state_dict(), tmp_path / "w.safetensors")
    grey = backbone(1, name, weights=str(tmp_path / "w.safetensors"))
    image = torch.rand(2, 1, 32, 32)
    torch.testing.assert_close(grey(image).last, colour(image.expand(2, 3, 32, 32)).last, rtol=1e-3, atol=1e-4)


def test_one_channel_is_made_of_three() -> None:
    found, rgb = backbone(1), torch.rand(2, 3, 32, 32)
    brightness = 0.299 * rgb[:, :1] + 0.587 * rgb[:, 1:2] + 0.114 * rgb[:, 2:]
    torch.testing.assert_close(found(rgb).last, found(brightness).last)


def test_of_other_channels_each_gets_the_mean_of_the_pretraining() -> None:
    torch.testing.assert_close(backbone(1, "resnet18").mean.flatten(), torch.tensor([0.449]), rtol=0, atol=1e-3)
    assert backbone(2, std=(0.1, 0.2)).std.flatten().tolist() == pytest.approx([0.1, 0.2])
    assert backbone(3, mean=(0.25,)).mean.flatten().tolist() == [0.25] * 3


def test_a_number_of_values_that_fits_nothing_is_refused() -> None:
    with pytest.raises(UserError, match=r"backbone\.mean has 2 values") as refused:
        load_recipe("label-only", {"data.channels": 5, "backbone.mean": [0.5, 0.5]})
    assert "5, one for each channel" in str(refused.value)
