"""What the drawn data sets share: which image of a split has the artefact, what the expert gave for it, and what their options may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from sightline.errors import UserError, nearest
from sightline.phantom.gaze import simulate_gaze
from sightline.phantom.scene import Scene
from sightline.phantom.us_scene import UltrasoundScene
from sightline.types import Annotation

S = TypeVar("S")

TESTS = ("matched", "flipped", "removed")  # the test sets, which hold the same scenes
_SMALLEST = 32
_POLYGON_STEP = 10  # of an outline's 720 points, every tenth


def placed(
    counts: Mapping[str, int],
    classes: Sequence[str],
    correlation: float,
    seed: int,
    make: Callable[[tuple[int, ...], str], S],
    tests: Sequence[str] = TESTS,
) -> Iterator[tuple[str, int, S, bool]]:
    """Split, number and scene of every image, and whether its artefact is there if it goes with the last class.

    Args:
        counts: images of `train`, `val` and `test`, in this order; image i is of class i % number of classes.
        correlation: share of the images whose artefact agrees with the class; in `flipped` one minus that, in `removed` there is none.
        make: seed and class -> scene.
        tests: the splits that `test` stands for.
    """
    for stream, (part, count) in enumerate(counts.items()):
        agrees = agreement(count, len(classes), correlation, np.random.default_rng((seed, stream, 0)))
        labels = [classes[i % len(classes)] for i in range(count)]
        scenes = [make((seed, stream, i), label) for i, label in enumerate(labels)]
        for split in tests if part == "test" else (part,):
            for i, scene in enumerate(scenes):
                right = bool(agrees[i]) != (split == "flipped")
                yield split, i, scene, split != "removed" and right == (labels[i] == classes[-1])


def agreement(count: int, classes: int, correlation: float, rng: np.random.Generator) -> np.ndarray:
    """Which images' artefact agrees with their class, (count,) bool: in each class the very share, rounded to whole images.

    Image i is of class i % `classes`.
    """
    agrees = np.zeros(count, dtype=bool)
    for first in range(classes):
        members = rng.permutation(np.arange(first, count, classes))
        agrees[members[: round(correlation * len(members))]] = True
    return agrees


def outlined(scene: Scene | UltrasoundScene, size: int, kind: str, mask: Annotation, author: str) -> Annotation:
    """What the expert gave for an image with one outline: its `mask`, a `box`, a `polygon`, or the `gaze` of the author."""
    outline = scene.outline
    if kind == "mask":
        return mask
    if kind == "box":  # the pixels whose centres lie inside
        return Annotation("box", points=(tuple(float(np.floor(edge * size + 0.5)) for edge in outline.box),))
    if kind == "polygon":
        return Annotation("polygon", points=_rows(outline.points[::_POLYGON_STEP] * size))
    return Annotation("gaze", points=_rows(simulate_gaze(scene.stream("gaze"), outline, size)), author=author)


def _rows(array: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in array.round(2).tolist())


def check_plan(name: str, size: int, counts: Mapping[str, int], correlation: float | None, seed: int) -> None:
    """Refuses what cannot be drawn.

    Raises:
        UserError: names the option.
    """
    if size < _SMALLEST:
        raise UserError(f"{name} size", f"{size} pixels are too few to show anything", f"Use at least {_SMALLEST}.")
    for split, count in counts.items():
        if count < 0:
            raise UserError(f"{name} {split}", f"{count} is not a number of images", "Use 0 or more.")
    if correlation is not None and not 0 <= correlation <= 1:
        raise UserError(f"{name} correlation", f"{correlation} is not a share", "Use a number from 0 to 1.")
    if seed < 0:
        raise UserError(f"{name} seed", f"{seed} is negative", "Use 0 or more.")


def check_choices(name: str, choices: Mapping[str, tuple[Any, Sequence[Any]]]) -> None:
    """Refuses an option that is not one of its choices: option -> value, choices.

    Raises:
        UserError: names the option.
    """
    for option, (value, known) in choices.items():
        if value not in known:
            raise UserError(f"{name} {option}", f"{value!r} is unknown", nearest(value, known))
