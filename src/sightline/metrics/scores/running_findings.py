"""The values of an epoch, of images with several findings: each finding's score, and the mean over the findings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from sightline.metrics.confidence.bootstrap import Array, mean_of_defined
from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.metrics.scores.running import epoch_scores
from sightline.types import Batch, Look


def epoch_findings(labels: Array, probabilities: Array, epg: Array, *, names: Sequence[str]) -> dict[str, float]:
    """The scores of `epoch_scores` as means over the findings, and `auc[FINDING]` of each.

    Args:
        labels, probabilities, epg: (N, C), NaN where it is not known, or where there is no ROI or no map.
        names: of the findings.

    Returns:
        What can be computed.
    """
    found = []
    for c in range(labels.shape[1]):
        known = ~np.isnan(labels[:, c])
        said = probabilities[known, c]
        of_two = np.stack([1 - said, said], axis=1)  # (n, 2)
        scores = epoch_scores(labels[known, c].astype(np.int64), of_two, epg[known, c]) if known.any() else {}
        scores.pop("epg", None)
        energy = mean_of_defined(epg[:, c])  # of all images whose region is known, also where the label is not
        found.append(scores | ({} if np.isnan(energy) else {"epg": float(energy)}))
    every = dict.fromkeys(name for scores in found for name in scores)
    means = {name: float(np.mean([scores[name] for scores in found if name in scores])) for name in every}
    return means | {f"auc[{name}]": scores["auc"] for name, scores in zip(names, found, strict=True) if "auc" in scores}


class FindingsEpoch:
    """Gathers batches, then answers for all of them; see `EpochMetrics`."""

    def __init__(self) -> None:
        self._labels: list[Array] = []
        self._probabilities: list[Array] = []
        self._epg: list[Array] = []

    def add(self, look: Look, batch: Batch) -> None:
        """Takes a batch in.

        Args:
            look: with the maps of all findings, or the one map of a source that has no classes.
        """
        self._labels.append(batch.labels.detach().cpu().numpy())
        self._probabilities.append(look.logits.detach().cpu().double().sigmoid().numpy())
        first = next(iter(look.maps), None)
        maps = None if first is None else look.every.get(first, look.maps[first])
        self._epg.append(np.full(batch.labels.shape, np.nan) if maps is None else _energies(maps, batch))

    def arrays(self) -> dict[str, Array]:
        """Per image, in the order they came: `labels`, `probabilities`, `epg`, (N, C) each."""
        gathered = {"labels": self._labels, "probabilities": self._probabilities, "epg": self._epg}
        return {name: np.concatenate(some) for name, some in gathered.items()}


def _energies(maps: Tensor, batch: Batch) -> Array:
    """(B, C) energy of each finding's map inside its region, NaN where that is not known."""
    rois, known = (one.detach().cpu().numpy() for one in (batch.of_findings[0].float(), batch.of_findings[1]))  # (B, C, H, W), (B, C)
    raw = maps.detach().float().cpu().expand(-1, rois.shape[1], -1, -1).numpy()
    energy = np.full(known.shape, np.nan)
    for c in np.flatnonzero(known.any(axis=0)).tolist():
        there = known[:, c]
        energy[there, c] = energy_inside(upsample(raw[there, c], (rois.shape[2], rois.shape[3])), rois[there, c])
    return energy
