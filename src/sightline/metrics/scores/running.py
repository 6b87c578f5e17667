"""The values of an epoch. Kept per image and averaged at the end, so that neither batches nor processes change them."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from sightline.metrics.confidence.bootstrap import Array, mean_of_defined
from sightline.metrics.scores.classification import decision_scores, weighted_confusion
from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.metrics.scores.ranks import overall_auc


def epoch_scores(labels: Array, probabilities: Array, epg: Array) -> dict[str, float]:
    """`accuracy`, `balanced_accuracy`, `auc`, `loss` (mean cross-entropy) and `epg` (mean energy inside the ROI).

    Args:
        labels: (N,) class indices.
        probabilities: (N, C).
        epg: (N,), NaN where there is no ROI or no map.

    Returns:
        What can be computed; a score that cannot (one class only, no ROI) is left out.
    """
    once = np.ones((1, len(labels)))
    confusion = weighted_confusion(labels, probabilities, once)
    likelihood = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    values = {
        "accuracy": mean_of_defined((probabilities.argmax(axis=1) == labels).astype(np.float64)),
        "balanced_accuracy": mean_of_defined(decision_scores(confusion)["sensitivity"])[0],
        "auc": overall_auc(labels, probabilities, once)[0],
        "loss": mean_of_defined(-np.log(np.maximum(likelihood, np.finfo(np.float64).tiny))),
        "epg": mean_of_defined(epg),
    }
    return {name: float(value) for name, value in values.items() if not np.isnan(value)}


class EpochMetrics:
    """Gathers batches, then answers for all of them.

    With several processes, gather `arrays()` of all of them, drop the images that a sampler repeated to fill its last batch, and give the
    rest to `epoch_scores`.
    """

    def __init__(self) -> None:
        self._labels: list[Array] = []
        self._probabilities: list[Array] = []
        self._epg: list[Array] = []

    def add(
        self, logits: Tensor, labels: Tensor, attention: Tensor | None = None, roi: Tensor | None = None, known: Tensor | None = None
    ) -> None:
        """Takes a batch in.

        Args:
            logits: (B, C).
            labels: (B,).
            attention: (B, 1, h, w) raw map; None where the classifier has none, and `roi` and `known` with it.
            roi: (B, 1, H, W) in [0, 1].
            known: (B,) bool.
        """
        self._labels.append(labels.detach().cpu().numpy())
        # in double precision, or a very sure model's probabilities become equal and its AUC drops
        self._probabilities.append(logits.detach().cpu().double().softmax(dim=1).numpy())
        if attention is None or roi is None or known is None:
            self._epg.append(np.full(len(labels), np.nan))
            return
        target = roi.detach().float().cpu().numpy()[:, 0]  # (B, H, W)
        maps = upsample(attention.detach().float().cpu().numpy()[:, 0], (target.shape[1], target.shape[2]))
        self._epg.append(np.where(known.cpu().numpy(), energy_inside(maps, target), np.nan))

    def arrays(self) -> dict[str, Array]:
        """Per image, in the order they came: `labels` (N,), `probabilities` (N, C), `epg` (N,)."""
        return {
            "labels": np.concatenate(self._labels),
            "probabilities": np.concatenate(self._probabilities),
            "epg": np.concatenate(self._epg),
        }

    def compute(self) -> dict[str, float]:
        """`epoch_scores` of everything added; nothing if nothing was."""
        return epoch_scores(**self.arrays()) if self._labels else {}
