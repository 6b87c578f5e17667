"""Localisation scores of the maps of a split, beside levels that are reached without looking at the image."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, chosen, clusters, interval, mean_of_defined, none_if_nan
from sightline.metrics.scores.localisation import SCORES, blank, roi_area, scores, upsample
from sightline.results.base import Score
from sightline.results.scores import Level, Localisation


def uniform(roi: Array) -> dict[str, Array]:
    """The scores of a map that prefers no pixel. (N, H, W) -> name -> (N,), NaN where nothing is marked

    epg: the mean of the ROI map. pointing, pixel_ap: the mask's area, the chance of a random pixel. jaccard, dice: a constant map has no
    threshold, so the uniform map is taken to mark everything: the mask's area a, and 2 a / (1 + a).
    """
    soft, hard = roi_area(roi), (roi >= 0.5).mean(axis=(1, 2))
    soft, hard = np.where(soft > 0, soft, np.nan), np.where(hard > 0, hard, np.nan)
    return {"epg": soft, "pointing": hard, "jaccard": hard, "dice": 2 * hard / (1 + hard), "pixel_ap": hard, "minmax_jaccard": hard}


def centre(size: tuple[int, int]) -> Array:
    """The map that always looks at the middle: a Gaussian whose sigma is a quarter of each side. -> (H, W) float32, highest 1

    At half its height it covers 27 % of the image, about as much as a lesion does in dermoscopy.
    """
    y, x = (4 * ((np.arange(side) + 0.5) / side - 0.5) for side in size)
    return np.exp(-(y[:, None] ** 2 + x[None] ** 2) / 2).astype(np.float32)


def other_images(n: int, shuffles: int, *, groups: Groups | None = None, seed: int = 0) -> list[Array]:
    """For each of `n` images, up to `shuffles` other images whose ROI maps its attention is held against, drawn without replacement.

    Images of the same patient or lesion are not other images: their ROI maps are too alike.
    """
    rng = np.random.default_rng(seed)
    cluster = clusters(n, groups)
    others = (np.flatnonzero(cluster != own) for own in cluster)
    return [rng.choice(rest, size=min(shuffles, len(rest)), replace=False) for rest in others]


_CHUNK = 16  # images at full size at a time


def localisation(
    maps: Array,
    rois: Array,
    known: Array,
    *,
    threshold: float = 0.5,
    shuffles: int = 10,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Localisation:
    """Scores of one kind of map, at the full size of the ROI maps.

    Judged are the images whose ROI is known and not empty. A map with a value that is not finite counts as blank.

    Args:
        maps: (N, h, w) raw attention.
        rois: (N, H, W), float in [0, 1] or uint8 in 0 ... 255.
        known: (N,) bool.
        threshold: of the min-max map, for jaccard and dice.
        shuffles: other images' ROI maps that each map is held against.
        groups: patient or lesion of each image, drawn as a whole.

    Returns:
        The mean of each of `SCORES` with its interval and its levels, and the numbers of images.
    """
    known = np.asarray(known, dtype=bool)
    judged = np.flatnonzero(known & rois.any(axis=(1, 2)))
    own_groups = chosen(groups, judged)
    others = [judged[p] for p in other_images(len(judged), shuffles, groups=own_groups, seed=seed)]
    attention = np.asarray(maps, dtype=np.float32)[judged]
    attention = np.where(np.isfinite(attention).all(axis=(1, 2), keepdims=True), attention, 0)
    size = rois.shape[1:]
    middle = centre(size)[None]  # (1, H, W)

    found: defaultdict[str, list[Array]] = defaultdict(list)
    for start in range(0, len(judged), _CHUNK):
        large = upsample(attention[start : start + _CHUNK], size)  # (n, H, W)
        roi = _unit(rois[judged[start : start + _CHUNK]])
        wrong = [scores(a[None], _unit(rois[o]), threshold) for a, o in zip(large, others[start : start + _CHUNK], strict=True)]
        shuffled = {s: np.array([mean_of_defined(w[s]) for w in wrong]) for s in SCORES}
        kinds = {"own": scores(large, roi, threshold), "uniform": uniform(roi), "centre": scores(middle, roi, threshold)}
        for kind, values in (kinds | {"shuffled": shuffled}).items():
            for score in SCORES:
                found[f"{kind} {score}"].append(values[score])
        found["roi_area"].append(roi_area(roi))
    per_image = {key: np.concatenate(parts) for key, parts in found.items()}

    def judge(key: str) -> Score:
        values, share = per_image.get(key, np.empty(0)), key.endswith(" pointing")
        return interval(values, groups=own_groups, bootstrap=bootstrap, confidence=confidence, seed=seed, share=share)

    def mean(key: str) -> float | None:
        return none_if_nan(float(mean_of_defined(per_image.get(key, np.empty(0)))))

    def beside(score: str) -> Level:
        return Level(**judge(f"own {score}").fields(), **{level: mean(f"{level} {score}") for level in ("uniform", "centre", "shuffled")})

    return Localisation(
        n=len(judged),
        unknown=int((~known).sum()),
        empty=int(known.sum()) - len(judged),
        blank=int(blank(attention).sum()),
        **{score: beside(score) for score in SCORES},
        roi_area=judge("roi_area"),
    )


def _unit(roi: Array) -> Array:
    """As float32 in [0, 1]."""
    return roi.astype(np.float32) / 255 if roi.dtype == np.uint8 else np.asarray(roi, dtype=np.float32)
