"""What the drawn data sets share: which images have the artefact, what the expert gave, what is refused."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from sightline.data.sets.phantom_plan import agreement, check_choices, check_plan, outlined, placed
from sightline.errors import UserError
from sightline.phantom.scene import Scene
from sightline.types import Annotation

CLASSES = ("nevus", "melanoma")


@pytest.mark.parametrize(("count", "classes"), [(20, 2), (21, 2), (30, 3), (1, 2), (0, 2)])
@pytest.mark.parametrize("correlation", [0.0, 0.35, 0.9, 1.0])
def test_the_share_is_exact_in_each_class(count: int, classes: int, correlation: float) -> None:
    agrees = agreement(count, classes, correlation, np.random.default_rng(0))
    assert (agrees.shape, agrees.dtype) == ((count,), bool)
    for first in range(classes):
        assert agrees[first::classes].sum() == round(correlation * len(agrees[first::classes]))


def test_the_artefact_goes_with_the_last_class_and_turns_round_in_flipped() -> None:
    made = list(placed({"train": 4, "test": 40}, CLASSES, 0.9, 3, lambda seed, label: (seed, label)))
    scenes, there = defaultdict(list), defaultdict(list)
    for split, number, (seed, label), artefact in made:
        assert (seed[0], seed[2], label) == (3, number, CLASSES[number % 2])
        scenes[split].append((seed, label))
        there[split].append(artefact == (label == "melanoma"))
    assert {split: len(some) for split, some in scenes.items()} == {"train": 4, "matched": 40, "flipped": 40, "removed": 40}
    assert scenes["matched"] == scenes["flipped"] == scenes["removed"]
    assert scenes["train"] != scenes["matched"][:4], "each split has random numbers of its own"
    assert np.mean(there["matched"]) == 0.9
    assert [not right for right in there["matched"]] == there["flipped"]
    assert not any(artefact for split, _, _, artefact in made if split == "removed")


def test_the_expert_gives_what_is_asked_for() -> None:
    scene, mask = Scene((0, 0, 0), "melanoma"), Annotation("mask")
    assert outlined(scene, 64, "mask", mask, "ana") is mask
    box = outlined(scene, 64, "box", mask, "ana")
    polygon = outlined(scene, 64, "polygon", mask, "ana")
    gaze = outlined(scene, 64, "gaze", mask, "ana")
    assert (box.kind, polygon.kind, gaze.kind, gaze.author) == ("box", "polygon", "gaze", "ana")
    assert all(edge == round(edge) for edge in box.points[0])
    xs, ys = zip(*polygon.points, strict=True)
    assert len(xs) == 72
    assert box.points[0] == pytest.approx((min(xs), min(ys), max(xs), max(ys)), abs=1)
    assert all(len(row) == 3 for row in gaze.points)
    assert outlined(scene, 64, "gaze", mask, "ana") == gaze


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"size": 31}, "p size: 31 pixels are too few .*at least 32"),
        ({"counts": {"train": 1, "val": -1}}, "p val: -1 is not a number of images"),
        ({"correlation": 1.01}, "p correlation: 1.01 is not a share"),
        ({"correlation": -0.01}, "p correlation: -0.01 is not a share"),
        ({"seed": -1}, "p seed: -1 is negative"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_its_option(changed: dict[str, object], said: str) -> None:
    right = {"name": "p", "size": 32, "counts": {"train": 0}, "correlation": None, "seed": 0}
    check_plan(**right)  # type: ignore[arg-type]
    check_plan(**(right | {"correlation": 1.0}))  # type: ignore[arg-type]
    with pytest.raises(UserError, match=said):
        check_plan(**(right | changed))  # type: ignore[arg-type]


def test_a_choice_that_is_unknown_is_refused_with_the_nearest() -> None:
    check_choices("p", {"artefact": ("ruler", ("ruler", "ink"))})
    with pytest.raises(UserError, match=r"p artefact: 'rular' is unknown.*\"ruler\""):
        check_choices("p", {"artefact": ("rular", ("ruler", "ink"))})
