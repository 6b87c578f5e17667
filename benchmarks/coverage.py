"""How often the intervals over seeds and patients cover the truth: the table in `sightline/metrics/confidence/hierarchical.py`.

    uv run python benchmarks/coverage.py
    uv run python benchmarks/coverage.py --studies 200 --draws 200

Simulated studies whose truth is known: each seed's difference between two arms is a mean over images, of a value that belongs to the
seed, one that belongs to the image, and one that belongs to both, all normal. `shared`: all seeds are judged on the same images; `own`:
each has its own. First the 95 % interval; in brackets, the percentiles of the plain hierarchical bootstrap, which draws seeds, and then
patients, with replacement; then the interval corrected for 9 comparisons, of 99.44 %, which is what verdicts go by.
"""

from __future__ import annotations

import argparse

import numpy as np

from sightline.metrics.comparisons.family import simultaneous
from sightline.metrics.confidence.bootstrap import resamples
from sightline.metrics.confidence.hierarchical import at_confidence, hierarchical

NOISE = {"seeds": (0.3, 0.5, 0.5), "both alike": (0.1, 0.7, 0.7), "images": (0.0, 1.0, 1.0)}  # which source of spread is the larger
IMAGES = 60
CORRECTED = simultaneous(0.95, 9)


def study(rng: np.random.Generator, seeds: int, noise: tuple[float, float, float], crossed: bool) -> np.ndarray:
    """(seeds, IMAGES) per-image differences whose true mean is 0; the noise of seed, image, and both."""
    of_seed, of_image, of_both = noise
    shared = rng.normal(size=(1, IMAGES)) * of_image * crossed
    return rng.normal(size=(seeds, 1)) * of_seed + shared + rng.normal(size=(seeds, IMAGES)) * of_both


def percentiles(values: np.ndarray, crossed: bool, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """The plain hierarchical bootstrap."""
    seeds = len(values)
    weights = [np.concatenate(list(resamples(IMAGES, draws=draws, seed=0 if crossed else s))) for s in range(seeds)]
    means = np.stack([w @ v / IMAGES for w, v in zip(weights, values, strict=True)], axis=1)  # (draws, seeds)
    picked = np.take_along_axis(means, rng.integers(seeds, size=means.shape), axis=1).mean(axis=1)
    low, high = np.quantile(picked, [0.025, 0.975])
    return float(low), float(high)


def coverage(seeds: int, noise: tuple[float, float, float], crossed: bool, studies: int, draws: int) -> list[float]:
    """Shares of studies whose interval holds 0: of `hierarchical`, of percentiles, and of `hierarchical` corrected."""
    rng = np.random.default_rng(seeds)
    held = np.zeros(3)
    for number in range(studies):
        values = study(rng, seeds, noise, crossed)

        def mean(s: int, weights: np.ndarray, values: np.ndarray = values) -> dict[str, np.ndarray]:
            return {"mean": weights @ values[s] / weights.sum(axis=1)}

        ours = hierarchical(mean, [IMAGES] * seeds, shared=crossed, draws=draws, seed=number)["mean"]
        wide = at_confidence(ours, CORRECTED)
        bounds = [(ours.low, ours.high), percentiles(values, crossed, draws, rng), (wide.low, wide.high)]
        held += [low <= 0 <= high for low, high in bounds]
    return (held / studies).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=300)
    given = parser.parse_args()
    print("images   larger spread   " + "".join(f"S = {seeds:<20}" for seeds in (3, 6, 10)))
    for crossed in (True, False):
        for name, noise in NOISE.items():
            found = [coverage(seeds, noise, crossed, given.studies, given.draws) for seeds in (3, 6, 10)]
            cells = "".join(f"{f'{ours:.1%} ({plain:.1%}) {wide:.2%}':<24}" for ours, plain, wide in found)
            print(f"{'shared' if crossed else 'own':<9}{name:<16}{cells}")


if __name__ == "__main__":
    main()
