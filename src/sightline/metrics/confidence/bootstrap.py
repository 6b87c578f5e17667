"""Bootstrap intervals: how much a score would vary if other images, or other patients, had been drawn.

A bootstrap sample is a row of counts, how often each image was drawn, so a statistic is written once, for weights (R, N), and answers for
all R samples at a time. Where images belong together (a patient, a lesion), whole groups are drawn, since their images err together.

The intervals are percentile intervals. They stay inside the range of the score, and serve means, ratios, AUC and paired differences alike.
`method="bca"` also corrects bias and skew (see `bca`); where it is undefined or not stable, above all where all samples agree (an
accuracy of 1), the percentiles stand, and the interval says so. At such a score the interval has no width, although few images cannot be
that sure: of a share, which its caller names as one, Wilson's interval stands for it; a score of another kind is to be read beside its n.
Medians are not offered: their bootstrap intervals fail badly.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sightline.metrics.confidence.shares import with_width
from sightline.results.base import Score

Array = NDArray[Any]
Groups = Sequence[str | None] | NDArray[Any]  # names or numbers, one per image
Key = TypeVar("Key", bound=Hashable)
Method = Literal["percentile", "bca"]

_ELEMENTS = 2**20  # of one chunk of weights: small enough to stay in fast memory


def resamples(n: int, *, groups: Groups | None = None, draws: int = 1000, seed: int = 0) -> Iterator[Array]:
    """How often each of `n` images occurs in each bootstrap sample.

    Args:
        groups: patient or lesion of each image; None or "" is an image of its own. With groups, whole groups are drawn.

    Yields:
        (r, n) float64 counts, `draws` rows in all. Equal arguments give equal samples, which is what makes comparisons paired.
    """
    cluster = clusters(n, groups)  # (n,)
    count = int(cluster.max()) + 1
    rng = np.random.default_rng(seed)
    step = max(1, _ELEMENTS // n)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        picks = rng.integers(count, size=(rows, count)) + count * np.arange(rows)[:, None]
        drawn = np.bincount(picks.ravel(), minlength=rows * count).reshape(rows, count)
        yield drawn[:, cluster].astype(np.float64)  # (rows, count) -> (rows, n)


def leave_one_out(n: int, *, groups: Groups | None = None) -> Iterator[Array]:
    """The jackknife: every image but one, or with groups every group but one. Yields (r, n) weights of 0 and 1, a row each."""
    cluster = clusters(n, groups)  # (n,)
    count = int(cluster.max()) + 1
    step = max(1, _ELEMENTS // n)
    for start in range(0, count, step):
        left_out = np.arange(start, min(start + step, count))
        yield (cluster != left_out[:, None]).astype(np.float64)  # (r, n)


def intervals(
    statistic: Callable[[Array], Mapping[Key, Array]],
    n: int,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    method: Method = "percentile",
    seed: int = 0,
    shares: Mapping[Key, Sequence[Array]] | None = None,
    counts: Mapping[Key, int] | None = None,
) -> dict[Key, Score]:
    """Intervals of weighted statistics, all from the same bootstrap samples.

    Args:
        statistic: weights (R, n) -> name -> (R,), NaN where a sample does not allow it (one class only). Weights of 1 give the value.
        n: images.
        confidence: of the interval, 0.95 for the 2.5th to the 97.5th percentile.
        method: `bca` moves these percentiles by bias and skew, where that is stable.
        shares: name -> the images (n,) bool of which it is a share; of a mean of several shares, the images of each. Where such a score is
            0 or 1, it gets Wilson's interval from the number of these images, or of their groups, see `shares.with_width`.
        counts: name -> the number of images that it is computed from, where that is neither all of them nor told by `shares`.

    Returns:
        A score per name, with the number of its images; if BCa was asked for, its `method` is the one that was used. Samples that do not
        allow a statistic are left out of it; with fewer than two images or groups there are no bounds.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> values = np.array([0.0, 1.0, 1.0, 1.0])
        >>> sl.metrics.intervals(lambda weights: {"mean": weights @ values / weights.sum(axis=1)}, len(values))["mean"]
        Score(0.750 [0.250, 1.000])
    """
    values = statistic(np.ones((1, n)))
    drawable = n > 0 and int(clusters(n, groups).max()) > 0
    chunks = [statistic(w) for w in resamples(n, groups=groups, draws=bootstrap, seed=seed)] if drawable else []
    knife = [statistic(w) for w in leave_one_out(n, groups=groups)] if drawable and method == "bca" else []

    def of(key: Key, parts: list[Mapping[Key, Array]]) -> Array:
        return np.concatenate([part[key] for part in parts] or [np.empty(0)])

    found = {key: _summary(float(v[0]), of(key, chunks), of(key, knife), confidence) for key, v in values.items()}
    own = clusters(n, groups) if n else np.empty(0, np.intp)
    sizes = {key: [len(np.unique(own[part])) for part in parts] for key, parts in (shares or {}).items()}
    images = {**(counts or {}), **{key: int(np.any(parts, axis=0).sum()) for key, parts in (shares or {}).items()}}
    wide = {key: with_width(score, sizes[key], confidence) if key in sizes else score for key, score in found.items()}
    return {key: score.but(n=images.get(key, n)) for key, score in wide.items()}


def interval(
    per_item: Array,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    method: Method = "percentile",
    seed: int = 0,
    share: bool = False,
) -> Score:
    """The mean of one number per image, with its interval.

    Args:
        per_item: (N,), NaN where the score does not apply; such images are left out.
        share: each number is 0 or 1 and says whether something is so, so that the mean is a share, see `intervals`.
    """
    applies = np.flatnonzero(~np.isnan(per_item))
    values = np.asarray(per_item, dtype=np.float64)[applies]

    def mean(weights: Array) -> dict[str, Array]:
        return {"mean": ratio(weights @ values, weights.sum(axis=1))}  # (R, N) -> (R,)

    own = chosen(groups, applies)
    of = {"mean": [np.ones(len(values), dtype=bool)]} if share else None
    return intervals(mean, len(values), groups=own, bootstrap=bootstrap, confidence=confidence, method=method, seed=seed, shares=of)["mean"]


def clusters(n: int, groups: Groups | None) -> Array:
    """The cluster, 0, 1, ..., of each of `n` images: its group, or itself where it has none (None or "")."""
    if groups is None:
        return np.arange(n)
    index: dict[Hashable, int] = {}
    keys = (i if group in (None, "") else (group,) for i, group in enumerate(groups))
    return np.array([index.setdefault(key, len(index)) for key in keys], dtype=np.intp)


def chosen(groups: Groups | None, images: Array) -> Groups | None:
    """The groups of some images."""
    return None if groups is None else [groups[i] for i in images.tolist()]


def ratio(above: Array, below: Array) -> Array:
    """`above / below`, NaN where `below` is zero."""
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    result: Array = np.divide(above, below, out=np.full(shape, np.nan), where=np.asarray(below) != 0)
    return result


def mean_of_defined(values: Array) -> Array:
    """Mean over the last axis of what is not NaN; NaN where nothing is."""
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0).sum(axis=-1), defined.sum(axis=-1))


def none_if_nan(value: float) -> float | None:
    """NaN as None, which JSON can hold."""
    return None if np.isnan(value) else float(value)


def _summary(value: float, samples: Array, knife: Array, confidence: float) -> Score:
    """Value and percentiles of (R,) samples, NaN left out; of BCa where there is a jackknife (G,)."""
    defined, left = samples[~np.isnan(samples)], knife[~np.isnan(knife)]
    if np.isnan(value) or not len(defined):
        return Score(value=none_if_nan(value), low=None, high=None)
    levels = ((1 - confidence) / 2, (1 + confidence) / 2)
    moved = bca_levels(value, defined, left, levels) if len(left) else levels
    low, high = np.quantile(defined, moved)
    found = Score(value=value, low=float(low), high=float(high))
    return found.but(method="percentile" if moved == levels else "bca") if len(left) else found


_FEWEST = 2  # bootstrap samples beyond a bound; with fewer it is the outermost sample, which is chance


def bca_levels(value: float, samples: NDArray[Any], knife: NDArray[Any], levels: tuple[float, float]) -> tuple[float, float]:
    """The percentiles to read off instead of `levels`.

    With z0 the normal quantile of the share of samples below the value (a tie counts half) and a the acceleration, the level p becomes
    Phi(z0 + (z0 + z_p) / (1 - a (z0 + z_p))). Where this is undefined (all samples on one side, a jackknife that does not move) or not
    stable (the correction turns the order round, or leaves fewer than two samples beyond a bound) the levels stay as they are.

    Args:
        value: the score.
        samples: (R,) bootstrap samples of it.
        knife: (G,) the score without each image, or each group.
        levels: in (0, 1), such as (0.025, 0.975).
    """
    away = knife.mean() - knife  # (G,)
    spread = np.square(away).sum()
    share = ((samples < value).mean() + (samples <= value).mean()) / 2
    if not 0 < share < 1 or spread <= 1e-24 * len(knife) * max(1.0, value**2):  # rounding alone
        return levels
    acceleration = (away**3).sum() / (6 * spread**1.5)
    bias = ndtri(share)
    moved = bias + ndtri(np.array(levels))
    scale = 1 - acceleration * moved
    if scale.min() <= 0:
        return levels
    low, high = ndtr(bias + moved / scale)
    return (float(low), float(high)) if min(low, 1 - high) * len(samples) >= _FEWEST else levels
