from __future__ import annotations

import pytest
import torch
from torch import nn

from sightline.explain.class_image import class_image

SIZE = 32


class Red(nn.Module):
    """Score 0 is how red an image is, score 1 how blue."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(10.0))

    def forward(self, x):
        return self.gain * (x[:, [0, 2]] - x[:, [2, 0]]).mean((2, 3))


@pytest.mark.parametrize(("target", "colour"), [(0, [1, 0.5, 0]), (1, [0, 0.5, 1])])
def test_the_image_of_a_colour_class_has_this_colour(target, colour):
    image = class_image(Red(), target, SIZE, steps=60)
    assert image.mean((1, 2)).tolist() == pytest.approx(colour, abs=0.05)
    assert 0 <= image.min() <= image.max() <= 1


def test_a_shift_moves_what_is_seen_and_the_step_goes_back_to_where_it_came_from():
    class Spot(Red):
        def forward(self, x):
            return super().forward(x[:, :, 8:10, 8:10])

    still, moved = (class_image(Spot(), 0, SIZE, steps=20, decay=0, jitter=jitter, blur=0)[0] > 0.5 for jitter in (0, 3))
    rows, columns = (still.any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    assert rows == columns == [8, 9]
    rows = moved.any(1).nonzero().flatten().tolist()
    assert len(rows) > 4
    assert 5 <= min(rows) <= max(rows) <= 12


def test_the_penalty_keeps_an_image_near_grey():
    free, kept = (class_image(Red(), 0, SIZE, steps=60, decay=decay) for decay in (0, 0.05))
    assert (kept - 0.5).abs().mean() < 0.7 * (free - 0.5).abs().mean()


def test_the_class_image_raises_the_score_of_its_class(classifier):
    grey = torch.full((1, 3, SIZE, SIZE), 0.5)
    for target in range(3):
        image = class_image(classifier, target, SIZE, steps=30)[None]
        margin = [(s[0, target] - s[0].mean()).item() for s in (classifier(image), classifier(grey))]
        assert margin[0] > margin[1]
