"""Power: which differences a study of so many images and seeds can detect, and how many it would need.

A mean difference over seeds is off by its seeds and by its images (see `hierarchical`); its variance is

    sd_seeds^2 / S  +  (se_own^2 / S + se_shared^2) N / N'

with S seeds and N' images, where the standard errors were measured on N. More images do not help against seeds, nor more seeds of one test
set against its images. A difference is detectable with 80 % power if its interval excludes 0 in 80 % of such studies, which is a matter
of the noncentral t distribution: where seeds are few, the error itself is measured badly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from sightline.metrics.confidence.hierarchical import quantile
from sightline.results.study import OverSeeds

MOST = 10_000  # times as many images or seeds as there are; a study that needs more will not be made


@dataclass(frozen=True)
class Noise:
    """The sources of uncertainty of a mean difference.

    Attributes:
        images, seeds: how many there are.
        patients: to whom the images belong; None: each to one of their own.
        sd_seeds: standard deviation between seeds, free of image noise.
        se_shared: standard error due to the images that all seeds share.
        se_own: standard error of one seed due to images, or to what images do to this seed alone.
    """

    images: int
    seeds: int
    sd_seeds: float = 0
    se_shared: float = 0
    se_own: float = 0
    patients: int | None = None

    def with_images(self, images: int) -> Noise:
        """The same study on another number of images, of as many more or fewer patients."""
        shrink = np.sqrt(self.images / images)
        patients = None if self.patients is None else max(1, round(self.patients * images / self.images))
        return replace(self, images=images, patients=patients, se_shared=self.se_shared * shrink, se_own=self.se_own * shrink)

    @property
    def of_seeds(self) -> float:
        """Variance of the mean that more seeds remove, but not more images."""
        return self.sd_seeds**2 / self.seeds

    @property
    def of_images(self) -> float:
        """Variance of the mean that more images remove."""
        return self.se_shared**2 + self.se_own**2 / self.seeds


def noise_of(found: OverSeeds) -> Noise | None:
    """The noise that a study has measured; None where it could not."""
    if found.sd_seeds is None or found.se_images is None or found.se_own is None:
        return None
    shared = max(0.0, found.se_images**2 - found.se_own**2 / found.seeds)
    return Noise(found.images, found.seeds, found.sd_seeds, float(np.sqrt(shared)), found.se_own, found.patients)


def detectable(noise: Noise, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest difference that such a study finds with probability `power`, in a two-sided test at `alpha`; infinite where one seed is
    to stand for all."""
    by_seed = noise.of_seeds + noise.se_own**2 / noise.seeds
    if by_seed and noise.seeds < 2:
        return float("inf")
    variance = noise.of_seeds + noise.of_images
    share = by_seed / variance if variance else 0.0
    reach = quantile(alpha / 2, share, noise.seeds, noise.patients or noise.images)
    # the measured error varies, too: a normal approximation to the noncentral t with Satterthwaite's degrees of freedom f
    freedom = (noise.seeds - 1) / share**2 if share else np.inf
    away = reach * (1 - 1 / (4 * freedom)) + ndtri(power) * np.sqrt(1 + reach**2 / (2 * freedom))
    return float(away * np.sqrt(variance))


def images_needed(noise: Noise, difference: float, *, alpha: float = 0.05, power: float = 0.8) -> int | None:
    """How many images it takes to find `difference` with these seeds; None if no number suffices, because of the seeds."""
    return _fewest(lambda n: detectable(noise.with_images(n), alpha=alpha, power=power) <= difference, noise.images)


def seeds_needed(noise: Noise, difference: float, *, alpha: float = 0.05, power: float = 0.8) -> int | None:
    """How many seeds it takes to find `difference` with these images; None if no number suffices, because of the images."""
    return _fewest(lambda n: detectable(replace(noise, seeds=n), alpha=alpha, power=power) <= difference, noise.seeds)


def both_needed(noise: Noise, difference: float, *, alpha: float = 0.05, power: float = 0.8) -> tuple[int, int] | None:
    """How many images and seeds it takes to find `difference` where neither suffices alone, both grown by the same factor."""

    def grown(factor: int) -> Noise:
        return replace(noise.with_images(factor * noise.images), seeds=factor * noise.seeds)

    factor = _fewest(lambda n: detectable(grown(n), alpha=alpha, power=power) <= difference, 1)
    return (factor * noise.images, factor * noise.seeds) if factor else None


def _fewest(enough: Callable[[int], bool], start: int) -> int | None:
    """The smallest number that is enough, looked for upwards from `start` in doublings, then between the last two."""
    low, high = 0, start
    while not enough(high):
        low, high = high, 2 * high
        if high > MOST * start:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
