"""From scores to a choice: the best ones, spread over patients or lesions, as many as the budget allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from sightline.annotate.score import chance, standing
from sightline.metrics.confidence.bootstrap import Array

By = Literal["uncertainty+spread", "uncertainty", "spread", "random"]


def worth(by: By, ids: Sequence[str], entropy: Array, spread: Array | None, seed: int) -> Array:
    """What an annotation of each image is worth, relative to the others: the mean of its standings in the scores that `by` names.

    Standings are ranks divided by the number of images, so neither score outweighs the other by its scale.

    Args:
        entropy, spread: (N,), see `score`; without maps, spread is None and `by` does not name it.

    Returns:
        (N,) in [0, 1].
    """
    if by == "random":
        return chance(ids, seed)
    named = {"uncertainty": entropy, "spread": spread}
    result: Array = np.mean([standing(named[name]) for name in by.split("+")], axis=0)  # type: ignore[arg-type]
    return result


def choose(worth: Array, ids: Sequence[str], groups: Sequence[str], annotated: Iterable[str], budget: int, seed: int) -> list[int]:
    """Positions of the images to annotate, first things first.

    Groups take turns: nobody gets a second annotation before everybody has one, annotations of earlier rounds included. Within a turn the
    image that is worth most comes first; between equals a lot drawn from name and seed decides.

    Args:
        worth: (N,).
        ids, groups: name and patient or lesion of each image.
        annotated: the group of each image that is annotated already.
    """
    has = Counter(annotated)
    turns: list[tuple[int, int]] = []
    for i in np.lexsort((chance(ids, seed), -worth)).tolist():
        turns.append((has[groups[i]], i))
        has[groups[i]] += 1
    return [i for _, i in sorted(turns, key=lambda turn: turn[0])][:budget]
