"""What the drawn data sets have in common: the habit of an artefact, and the limits of their options."""

from __future__ import annotations

import numpy as np

from sightline.errors import UserError

_SMALLEST = 32


def agreement(count: int, classes: int, correlation: float, rng: np.random.Generator) -> np.ndarray:
    """Which images' artefact agrees with their class, (count,) bool: in each class the very share, rounded to whole images.

    Image i is of class i % `classes`.
    """
    agrees = np.zeros(count, dtype=bool)
    for first in range(classes):
        members = rng.permutation(np.arange(first, count, classes))
        agrees[members[: round(correlation * len(members))]] = True
    return agrees


def check_plan(name: str, size: int, counts: dict[str, int], correlation: float | None, seed: int) -> None:
    """Refuses what cannot be drawn.

    Raises:
        UserError: names the option.
    """
    if size < _SMALLEST:
        raise UserError(f"{name} size", f"{size} pixels are too few to show anything", f"Use at least {_SMALLEST}.")
    for split, count in counts.items():
        if count < 0:
            raise UserError(f"{name} {split}", f"{count} is no number of images", "Use 0 or more.")
    if correlation is not None and not 0 <= correlation <= 1:
        raise UserError(f"{name} correlation", f"{correlation} is no share", "Use a number from 0 to 1.")
    if seed < 0:
        raise UserError(f"{name} seed", f"{seed} is negative", "Use 0 or more.")
