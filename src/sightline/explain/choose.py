"""Chooses the images to show: the most instructive ones, or some that stand for all; and the same ones every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.engine.run import Run


def choose(runs: Run | Sequence[Run], split: str, n: int, label: int | None = None) -> list[str]:
    """Names of up to `n` images, worst first.

    Of one run: its errors, the surest of them first, then what it got right with the least certainty. Of several runs: first the images on
    which they disagree. Classes take turns, so that all of them are shown. These images are not typical; say so beside them.

    Args:
        runs: one, or several that were evaluated on the same images.
        label: of this class only.
    """
    several = list(runs) if isinstance(runs, Sequence) else [runs]
    first = several[0].predictions(split)
    place = [{name: i for i, name in enumerate(run.predictions(split).ids)} for run in several]
    order = [[where[name] for name in first.ids] for where in place]
    probabilities = [run.predictions(split).probabilities[o] for run, o in zip(several, order, strict=True)]
    decided = np.stack([run.decision(p) for run, p in zip(several, probabilities, strict=True)])  # (R, N)
    agree = (decided == decided[0]).all(axis=0)
    right = (decided == first.labels).all(axis=0)
    shown = [run.decision.shown(p) for run, p in zip(several, probabilities, strict=True)]
    certainty = np.mean([p[np.arange(len(first.ids)), first.labels] for p in shown], axis=0)  # of the true class, (N,)

    def interest(i: int) -> tuple[bool, bool, float, str]:
        return bool(agree[i]), bool(right[i]), float(certainty[i]), first.ids[i]

    classes = [label] if label is not None else sorted(set(first.labels.tolist()))
    queues = [sorted(np.flatnonzero(first.labels == c).tolist(), key=interest) for c in classes]
    turns = [i for turn in range(max(map(len, queues), default=0)) for queue in queues for i in queue[turn : turn + 1]]
    return [first.ids[i] for i in sorted(turns[:n], key=interest)]


def evenly_spaced(ordered: np.ndarray, n: int) -> list[int]:
    """`n` of them, evenly spaced from the first to the last; all of them where there are no more. (N,) integers

    >>> evenly_spaced(np.array([7, 8, 9, 10, 11]), 3)
    [7, 9, 11]
    """
    return [int(one) for one in ordered[np.linspace(0, len(ordered) - 1, min(n, len(ordered))).round().astype(int)]]


def evenly_ranked(values: np.ndarray, n: int) -> list[int]:
    """Places of `n` values from the highest to the lowest, evenly spaced in their order: neither the best nor the worst alone.

    >>> evenly_ranked(np.array([0.1, 0.9, 0.5, 0.3, 0.7]), 3)
    [1, 2, 0]
    """
    return evenly_spaced(np.argsort(-values, kind="stable"), n)
