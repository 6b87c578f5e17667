"""The numbers that a recipe means when it leaves them out: another one would change trainings without a word."""

from __future__ import annotations

from inspect import signature

import pytest

from sightline import catalog
from sightline.losses.focal import binary_focal, focal
from sightline.losses.mining import soft_mask

PASTED = {"share": 1, "margin": 0.03, "grow": 0}  # of the losses on other backgrounds
DEFAULTS: dict[str, dict[str, float]] = {
    "cross_entropy": {"label_smoothing": 0},
    "focal": {"gamma": 2},  # Yan's program (003)
    "group_dro": {"step": 0.01},  # Sagawa et al. 2020
    "avoid": {"relative": False, "erode": 0},
    "outside": {"relative": False},
    "selective_mse": {"alpha": 1, "renormalise": False},
    "agreement": PASTED | {"labelled": True},
    "background": PASTED,
    "invariance": {"margin": 0.03},
    "necessity": {"margin": 0.03},
    "sufficiency": {"margin": 0.03},
    "mining": {"w": 3, "sigma": 0.2},  # as printed (000-24)
    "rrr": {"margin": 0},
    "rrr_smooth": {"margin": 0, "samples": 2, "noise": 0.2},
    "calibrated": {"batches": 20},
    "uncertainty": {"sigma_class": 1, "sigma_map": 0.1},  # 1 and "small, close to 0" (004)
}
LOSSES = {
    name: catalog.find(room, name) for room in ("classification", "guidance", "behaviour", "weighting") for name in catalog.places(room)
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_number_that_is_left_out_is_what_it_was(name: str) -> None:
    found: dict[str, float] = {}
    for kind in reversed(LOSSES[name].__mro__):
        if kind.__module__.startswith("sightline") and "__init__" in vars(kind):
            found |= {key: one.default for key, one in signature(kind).parameters.items() if isinstance(one.default, int | float)}
    assert found == DEFAULTS.get(name, {})


def test_the_formulas_mean_the_same_numbers() -> None:
    assert [signature(formula).parameters["gamma"].default for formula in (focal, binary_focal)] == [2, 2]
    assert [signature(soft_mask).parameters[name].default for name in ("w", "sigma")] == [3, 0.2]
