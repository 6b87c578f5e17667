"""The interval of a difference between two arms over several seeds, for other images and for other seeds.

Were the study repeated, other patients would be drawn and other seeds. Each source has its own spread, and they are shown apart:

- images: the patients are resampled (`resamples`), the seeds held fixed. With `shared` patients, where seeds are judged on the same images
  or on divisions of one pool, a hard image is hard for every seed that has it, and averaging over seeds does not remove this noise;
- seeds: the variance between the seeds' values. A part of it is image noise that each seed has of its own, and already counted; it is
  measured by the same resamples, and subtracted.

Resampling the seeds, too, gives too little where they are few: with three, two thirds of the variance, and no tails. So the two
variances are added, and the interval is a mean of Student's for the seeds and for the patients, each weighted by its share of the variance
(Cochran & Cox 1957): about S - 1 degrees of freedom where seeds matter most, many where images do. Satterthwaite's degrees of freedom
are sharper, but far out in the tails, where corrected intervals end, they fail: with three seeds, 99.44 % intervals missed 2.5 %.

How often a 95 % interval covers the truth of normal models, in brackets how often percentiles of resampled seeds and patients do, and how
often the interval corrected for nine comparisons does, of 99.44 % (`python benchmarks/coverage.py --studies 400 --draws 200`; standard
errors 1.1 and 0.4 points):

    images   larger spread   S = 3                   S = 6                   S = 10
    shared   seeds           93.8% (82.5%) 99.75%    96.0% (90.5%) 99.50%    94.5% (92.0%) 99.25%
    shared   both alike      97.5% (94.0%) 100.00%   96.5% (95.8%) 100.00%   95.2% (95.0%) 100.00%
    shared   images          97.8% (95.8%) 100.00%   96.8% (96.0%) 99.75%    95.5% (95.0%) 99.75%
    own      seeds           94.5% (80.8%) 99.75%    95.5% (88.5%) 99.00%    93.5% (90.5%) 99.50%
    own      both alike      98.0% (97.0%) 99.75%    96.2% (97.2%) 100.00%   96.0% (98.0%) 99.75%
    own      images          99.8% (99.5%) 100.00%   99.0% (99.8%) 100.00%   97.8% (99.8%) 100.00%

The percentiles are too narrow where seeds differ, and too wide where each has images of its own and they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import numpy as np
from scipy.optimize import brentq
from scipy.special import stdtrit

from sightline.metrics.confidence.bootstrap import Array, Groups, Key, clusters, none_if_nan, resamples
from sightline.results.study import OverSeeds

_LEAST = 1e-12  # p values are not told apart below it


def at_confidence(found: OverSeeds, confidence: float) -> OverSeeds:
    """The same with the interval of another confidence."""
    value, error, share = found.value, found.se, found.seed_share
    if value is None or error is None or share is None:
        return found.but(confidence=confidence)
    if error:
        reach = quantile((1 - confidence) / 2, share, found.seeds, found.patients) * error
    else:
        reach = min(1.0, -np.log(1 - confidence) / found.patients)
    return found.but(low=value - float(reach), high=value + float(reach), confidence=confidence)


def quantile(tail: float, seed_share: float, seeds: int, patients: int) -> float:
    """How many standard errors away the upper `tail` begins: Student's for seeds and for patients, weighted (Cochran & Cox)."""
    ends = [-float(stdtrit(max(1, n - 1), tail)) for n in (seeds, patients)]
    return seed_share * ends[0] + (1 - seed_share) * ends[1]


def hierarchical(
    statistic: Callable[[int, Array], Mapping[Key, Array]],
    images: Sequence[int],
    *,
    shared: bool,
    groups: Sequence[Groups | None] | None = None,
    applies: Callable[[int, Key], Array] | None = None,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[Key, OverSeeds]:
    """Means over seeds of weighted statistics, with the uncertainty of seeds and of images.

    Args:
        statistic: (s, weights (R, N_s)) -> name -> (R,), the values of seed s, such as the difference of two arms' AUCs, NaN where a sample
            does not allow it. Weights of 1 give the value.
        images: N_s of each seed.
        shared: whether a patient of one name is the same person in every seed, so that the seeds share what is drawn; without `groups`,
            images of one place are the same image. Else each seed has patients of its own.
        groups: per seed, the patient or lesion of each image, drawn as a whole.
        applies: (s, name) -> (N_s,) bool, the images that count for a score; None: all.
        draws: bootstrap samples. They measure variances, so that 2,000 serve any confidence.
        confidence: of the interval; see `family.simultaneous` for several comparisons at once.

    Returns:
        A mean per name. Bounds, p and the spread between seeds need two seeds. Where neither seeds nor images make any difference, the
        interval is that of the rule of three: what did not happen in n patients has a probability of at most -ln(0.05) / n.
    """
    own = [clusters(n, None if groups is None else groups[s]) for s, n in enumerate(images)]
    patient = _pooled(groups, images) if shared else own
    people = 1 + max((int(p.max(initial=0)) for p in patient), default=0)
    seeds = []
    for s, n in enumerate(images):
        stream = seed if shared else int(np.random.SeedSequence((seed, s)).generate_state(1)[0])
        drawn = resamples(people if shared else int(own[s].max(initial=0)) + 1, draws=draws, seed=stream)
        seeds.append(_of_seed(partial(statistic, s), n, patient[s], (weights[:, patient[s]] for weights in drawn), draws))

    def counted(name: Key) -> tuple[int, int]:
        marks = [np.ones(n, bool) if applies is None else applies(s, name) for s, n in enumerate(images)]
        of = [len(np.unique(p[mark])) for p, mark in zip(own, marks, strict=True)]
        return round(float(np.mean([mark.sum() for mark in marks]))), min(of)

    return {
        name: _spread(np.array([v[name] for v, _ in seeds]), np.stack([noise[name] for _, noise in seeds]), *counted(name), confidence)
        for name in seeds[0][0]
    }


def _pooled(groups: Sequence[Groups | None] | None, images: Sequence[int]) -> list[Array]:
    """The patient of each image, numbered over all seeds."""
    names: list[str] = []
    for s, n in enumerate(images):
        own = None if groups is None else groups[s]
        names += [f"image {i}" if own is None or own[i] in (None, "") else f"patient {own[i]}" for i in range(n)]
    return np.split(clusters(len(names), names), np.cumsum(images)[:-1])


def _of_seed(
    statistic: Callable[[Array], Mapping[Key, Array]], n: int, patient: Array, samples: Iterable[Array], draws: int
) -> tuple[dict[Key, float], dict[Key, Array]]:
    """The values of one seed, and by how much they are off in each bootstrap sample: name -> (R,), NaN where they cannot be drawn."""
    values = {name: float(v[0]) for name, v in statistic(np.ones((1, n))).items()}
    patients = len(np.unique(patient))
    if patients < 2:
        return values, {name: np.full(draws, np.nan) for name in values}
    drawn = [statistic(weights) for weights in samples]
    wider = np.sqrt(patients / (patients - 1))  # a mean varies by this much less between bootstrap samples than between samples
    return values, {name: (np.concatenate([d[name] for d in drawn]) - value) * wider for name, value in values.items()}


def _spread(values: Array, noise: Array, images: int, patients: int, confidence: float) -> OverSeeds:
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
    error, share = _error(between / max(1, count), own / max(1, count), of_images, count)
    result = OverSeeds(
        value=none_if_nan(mean),
        low=None,
        high=None,
        p=none_if_nan(_p(mean, error, share, count, patients)),
        confidence=confidence,
        per_seed=[none_if_nan(v) for v in values],
        seeds=count,
        images=images,
        patients=patients,
        sd_seeds=none_if_nan(np.sqrt(max(0.0, between - own))) if several else None,
        se_images=none_if_nan(np.sqrt(of_images)),
        se_own=none_if_nan(np.sqrt(own)),
        se=none_if_nan(error),
        seed_share=none_if_nan(share),
    )
    return at_confidence(result, confidence)


def _error(between: float, own: float, of_images: float, seeds: int) -> tuple[float, float]:
    """Standard error and the seeds' share of its square, from variances of the mean: between seeds, their images' part, of the images."""
    variance = max(0.0, between - own) + of_images
    if np.isnan(variance) or seeds < 2:
        return np.nan, np.nan
    return float(np.sqrt(variance)), min(1.0, between / variance) if variance else 0.0


def _p(mean: float, error: float, share: float, seeds: int, patients: int) -> float:
    """Of the mean being 0, two-sided: the confidence at which the interval would just reach 0."""
    if np.isnan(error):
        return np.nan
    if error == 0:
        return float(np.exp(-patients * abs(mean)))
    away = abs(mean) / error

    def beyond(log_p: float) -> float:
        return quantile(np.exp(log_p) / 2, share, seeds, patients) - away

    return _LEAST if beyond(np.log(_LEAST)) < 0 else float(np.exp(brentq(beyond, np.log(_LEAST), 0.0))) if away else 1.0
