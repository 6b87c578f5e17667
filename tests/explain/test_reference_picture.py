"""The picture that shows nothing."""

from __future__ import annotations

import torch

from sightline.explain.reference import mean_colour


def test_each_image_has_its_own_colour_and_no_form() -> None:
    images = torch.stack([torch.zeros(3, 4, 6), torch.ones(3, 4, 6)])
    images[0, 0, :2] = 1  # the upper half is red
    found = mean_colour(images)
    assert found.shape == (2, 3, 1, 1)
    assert found[:, :, 0, 0].tolist() == [[0.5, 0, 0], [1, 1, 1]]
    torch.testing.assert_close(found.expand_as(images).mean((2, 3)), images.mean((2, 3)))
