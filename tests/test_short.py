"""Objects that hold arrays are shown by shapes."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field, fields

import numpy as np
import pytest
import torch

import sightline as sl
from sightline.short import short_repr

HOLD_ARRAYS = (
    "types:Batch",
    "types:Look",
    "data.loader:Sample",
    "data.loader:Findings",
    "engine.run:Sample",
    "engine.kept_answers:Predictions",
    "engine.kept_answers:Attention",
    "explain.explanation:Explanation",
    "explain.explanation:Found",
    "metrics.comparisons.compare:Judged",
    "metrics.scores.overlap:Overlap",
)


def test_an_array_is_shown_by_its_type_and_shape_and_all_else_by_its_value() -> None:
    @dataclass
    class Part:
        pixels: np.ndarray
        maps: dict[str, torch.Tensor]
        mean: np.ndarray
        ids: list[str]
        made: tuple[int, ...] = field(default=(), repr=False)
        __repr__ = short_repr

    part = Part(np.zeros((2, 3), np.uint8), {"cam": torch.zeros(4, 1)}, np.float64(0.5), [str(i) for i in range(99)])
    assert repr(part).startswith("Part(pixels=uint8 (2, 3), maps={'cam': float32 (4, 1)}, mean=np.float64(0.5), ids=['0', '1', ")
    assert repr(part).endswith(", ...])")


def test_a_batch_and_a_look_fit_on_a_screen() -> None:
    batch = sl.Batch(torch.rand(32, 3, 64, 64), torch.arange(32))
    assert "images=float32 (32, 3, 64, 64), labels=int64 (32,)" in repr(batch)
    assert len(repr(batch)) < 500
    assert repr(sl.Look(torch.rand(2, 5), {"cam": torch.rand(2, 1, 7, 7)})) == (
        "Look(logits=float32 (2, 5), maps={'cam': float32 (2, 1, 7, 7)}, every={}, ranges={})"
    )


@pytest.mark.parametrize("place", HOLD_ARRAYS)
def test_what_users_are_given_is_shown_in_short(place: str) -> None:
    module, _, name = place.partition(":")
    kind = getattr(importlib.import_module(f"sightline.{module}"), name)
    whole = object.__new__(kind)
    for one in fields(kind):
        object.__setattr__(whole, one.name, np.zeros((50, 50)))
    assert len(repr(whole)) < 500
