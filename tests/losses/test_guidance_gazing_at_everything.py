"""What maps that look everywhere cost."""

from __future__ import annotations

import math

import torch
from random_maps import R

from sightline.losses.dice import dice
from sightline.losses.energy import energy
from sightline.losses.l1 import l1
from sightline.losses.l2 import l2
from sightline.losses.outside import outside


def test_gazing_at_everything_costs_each_formula_something():
    everywhere = torch.full((3, 1, 5, 5), 1.0)
    for value in (l2(everywhere, R), l1(everywhere, R), energy(everywhere, R), outside(everywhere, R), dice(everywhere, R)):
        assert value.min() > 0.1
    assert math.isfinite(float(energy(everywhere, R).sum()))
