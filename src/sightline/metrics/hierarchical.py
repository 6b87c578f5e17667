"""A difference between two arms that were trained over several seeds: how sure is it, counting both other images and other seeds?

Were the study repeated, other patients would be drawn and other seeds. Each source has its own spread, and they are shown apart:

- images: the patients are resampled (`resamples`), the seeds held fixed. With `crossed` designs, where all seeds are judged on the same
  images, a hard image is hard for every seed, and averaging over seeds does not remove this noise;
- seeds: the variance between the seeds' values. A part of it is image noise that each seed has of its own, and already counted; it is
  measured by the same resamples, and subtracted.

Resampling the seeds, too, gives too little where they are few: with three, two thirds of the variance, and no tails. So the two
variances are added, and the interval is Student's with the degrees of freedom of that sum (Satterthwaite 1946): about S - 1 where seeds
matter most, many where images do. This is how often a 95 % interval covers the truth of normal models, and in brackets how often
percentiles of resampled seeds and patients do (`python benchmarks/coverage.py`: 2,000 studies each, standard error 0.5 points):

    design   larger spread   S = 3           S = 6           S = 10
    crossed  seeds           92.2% (83.0%)   94.9% (91.5%)   94.6% (92.8%)
    crossed  both alike      95.6% (95.5%)   95.4% (95.7%)   94.3% (94.7%)
    crossed  images          96.0% (97.0%)   95.5% (95.9%)   94.2% (95.5%)
    nested   seeds           94.8% (79.5%)   95.1% (88.8%)   94.8% (90.5%)
    nested   both alike      95.4% (96.4%)   95.8% (97.5%)   95.5% (98.1%)
    nested   images          98.3% (99.4%)   98.2% (99.8%)   97.6% (99.7%)

The percentiles are too narrow where seeds differ, and too wide where each has images of its own and they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypedDict

import numpy as np
from scipy.stats import t as student

from sightline.metrics.bootstrap import Array, Groups, Key, clusters, number, resamples

_MANY = 1e9  # degrees of freedom of what is as good as known; finite, since JSON has no infinity


class Spread(TypedDict):
    """A mean over seeds, how sure it is, and what makes it unsure; None is what cannot be computed.

    Attributes:
        value: mean over the seeds.
        low, high: its interval, over seeds and images.
        p: two-sided, of the mean being 0.
        confidence: of the interval.
        per_seed: the seeds' values; None where the score does not apply, which leaves the seed out.
        seeds: how many there are with a value.
        images: images that one seed is judged on, on average.
        sd_seeds: standard deviation between seeds, without the noise that their images add.
        se_images: standard error of the mean due to the images, with these very seeds.
        se_own: the part of one seed's standard error due to the images that other seeds do not share.
        se: standard error of the mean, over seeds and images.
        freedom: degrees of freedom of `se`.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    confidence: float
    per_seed: list[float | None]
    seeds: int
    images: int
    sd_seeds: float | None
    se_images: float | None
    se_own: float | None
    se: float | None
    freedom: float | None


def at_confidence(spread: Spread, confidence: float) -> Spread:
    """The same with the interval of another confidence."""
    value, error, freedom = spread["value"], spread["se"], spread["freedom"]
    if value is None or error is None or freedom is None:
        return spread | {"confidence": confidence}
    reach = float(student.ppf((1 + confidence) / 2, freedom)) * error if error else 0.0
    return spread | {"low": value - reach, "high": value + reach, "confidence": confidence}


def hierarchical(
    statistic: Callable[[int, Array], Mapping[Key, Array]],
    images: Sequence[int],
    *,
    crossed: bool,
    groups: Sequence[Groups | None] | None = None,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[Key, Spread]:
    """Means over seeds of weighted statistics, with the uncertainty of seeds and of images.

    Args:
        statistic: (s, weights (R, N_s)) -> name -> (R,), the values of seed s, such as the difference of two arms' AUCs, NaN where a sample
            does not allow it. Weights of 1 give the value.
        images: N_s of each seed.
        crossed: whether all seeds are judged on the same images, in the same order; else each has its own.
        groups: per seed, the patient or lesion of each image, drawn as a whole.
        draws: bootstrap samples. They measure variances, so that 2,000 serve any confidence.
        confidence: of the interval; see `family.simultaneous` for several comparisons at once.

    Returns:
        A spread per name. Bounds, p and the spread between seeds need two seeds. p is at least 1 / (1 + draws).
    """
    of_seed = list(groups) if groups is not None else [None] * len(images)
    seeds = []
    for s, (n, own) in enumerate(zip(images, of_seed, strict=True)):
        stream = seed if crossed else int(np.random.SeedSequence((seed, s)).generate_state(1)[0])  # equal streams draw equal images
        seeds.append(_of_seed(partial(statistic, s), n, own, draws, stream))
    patients = min(int(clusters(n, own).max(initial=0)) + 1 for n, own in zip(images, of_seed, strict=True))
    return {
        name: _spread(np.array([v[name] for v, _ in seeds]), np.stack([noise[name] for _, noise in seeds]), images, patients, confidence)
        for name in seeds[0][0]
    }


def _of_seed(
    statistic: Callable[[Array], Mapping[Key, Array]], n: int, groups: Groups | None, draws: int, stream: int
) -> tuple[dict[Key, float], dict[Key, Array]]:
    """The values of one seed, and by how much they are off in each bootstrap sample: name -> (R,), NaN where they cannot be drawn."""
    values = {name: float(v[0]) for name, v in statistic(np.ones((1, n))).items()}
    patients = int(clusters(n, groups).max(initial=0)) + 1
    if patients < 2:
        return values, {name: np.full(draws, np.nan) for name in values}
    drawn = [statistic(weights) for weights in resamples(n, groups=groups, draws=draws, seed=stream)]
    wider = np.sqrt(patients / (patients - 1))  # a mean varies by this much less between bootstrap samples than between samples
    return values, {name: (np.concatenate([d[name] for d in drawn]) - value) * wider for name, value in values.items()}


def _spread(values: Array, noise: Array, images: Sequence[int], patients: int, confidence: float) -> Spread:
    """From the values (S,) of the seeds and their noise (S, R) in the bootstrap samples."""
    has = ~np.isnan(values)
    found, count = values[has], int(has.sum())
    mean = float(found.mean()) if count else np.nan
    off = noise[has][:, ~np.isnan(noise[has]).any(axis=0)]  # (S, R)
    common = off.mean(axis=0) if count else np.empty(0)  # of the mean over seeds, (R,)
    several = count > 1 and len(common) > 1
    of_images = common.var(ddof=1) if len(common) > 1 else np.nan
    own = ((off - common).var(axis=1, ddof=1).sum() / (count - 1)) if several else np.nan
    between = found.var(ddof=1) if count > 1 else np.nan
    p, error, freedom = _student(mean, between / max(1, count), own / max(1, count), of_images, count, patients, noise.shape[1])
    spread = Spread(
        value=number(mean),
        low=None,
        high=None,
        p=number(p),
        confidence=confidence,
        per_seed=[number(v) for v in values],
        seeds=count,
        images=round(float(np.mean(images))),
        sd_seeds=number(np.sqrt(max(0.0, between - own))) if several else None,
        se_images=number(np.sqrt(of_images)),
        se_own=number(np.sqrt(own)),
        se=number(error),
        freedom=number(freedom),
    )
    return at_confidence(spread, confidence)


def _student(
    mean: float, between: float, own: float, of_images: float, seeds: int, patients: int, draws: int
) -> tuple[float, float, float]:
    """p, standard error and degrees of freedom, from variances of the mean: between seeds, their own images' part of it, of the images."""
    variance = max(0.0, between - own) + of_images
    if np.isnan(variance) or seeds < 2:
        return np.nan, np.nan, np.nan
    if variance == 0:
        return 1.0 if mean == 0 else 1 / (1 + draws), 0.0, _MANY
    shared = max(0.0, of_images - own)
    unsure = between**2 / (seeds - 1) + shared**2 / (patients - 1)
    freedom = min(_MANY, variance**2 / unsure) if unsure else _MANY
    error = float(np.sqrt(variance))
    p = 2 * float(student.sf(abs(mean) / error, freedom))
    return max(p, 1 / (1 + draws)), error, float(freedom)
