"""What is said of a volume, from what is said of its slices."""

from __future__ import annotations

from typing import Literal

import numpy as np

Pool = Literal["mean", "max"]


def pooled(probabilities: np.ndarray, how: Pool = "mean") -> np.ndarray:
    """The probabilities of a volume.

    >>> pooled(np.array([[0.9, 0.1], [0.3, 0.7]])).round(2).tolist(), pooled(np.array([[0.9, 0.1], [0.3, 0.7]]), "max").tolist()
    ([0.6, 0.4], [0.3, 0.7])

    Args:
        probabilities: (slices, C), in [0, 1].
        how: `mean` over the slices; or `max`: with two classes those of the slice that speaks most for the last class, with more the
            largest of each class, scaled to sum to 1.

    Returns:
        (C,).
    """
    if how == "mean":
        found: np.ndarray = probabilities.mean(axis=0)
    elif probabilities.shape[1] == 2:
        found = probabilities[probabilities[:, -1].argmax()]
    else:
        largest = probabilities.max(axis=0)
        found = largest / largest.sum()
    return found


def pooled_volumes(
    labels: np.ndarray, probabilities: np.ndarray, volumes: np.ndarray, how: Pool = "mean"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The labels (V,) and probabilities (V, C) of volumes, and the place of the first slice of each.

    A volume has the label of its slices. Where they differ, it is of the last of two classes; with more classes it is left out.

    Args:
        labels: (N,) of the slices.
        probabilities: (N, C).
        volumes: (N,) names.
    """
    first: list[int] = []
    said: list[np.ndarray] = []
    found: list[int] = []
    for name in dict.fromkeys(volumes.tolist()):
        own = np.flatnonzero(volumes == name)
        if len(set(labels[own].tolist())) > 1 and probabilities.shape[1] > 2:
            continue
        first.append(int(own[0]))
        found.append(int(labels[own].max()))
        said.append(pooled(probabilities[own], how))
    return np.array(found, dtype=int), np.array(said).reshape(-1, probabilities.shape[1]), np.array(first, dtype=int)
