"""Weights that are calibrated by the size of each loss before the training (000-29)."""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor

from sightline.losses.weighting import Kind, LossEntry, Weighting
from sightline.settings import NUMBER


def calibrated_weight(values: list[float], kind: str) -> float | None:
    """The weight w that makes max(w L) = 2.0 for a class loss, mean(w L) = 0.5 for a guidance loss and max(w L) = 0.5 for a behaviour loss.

    Args:
        values: the loss in several batches, those left out in which it had nothing to compare.
        kind: `classification`, `guidance` or `behaviour`.

    Returns:
        None if the loss is zero in all batches.

    Source:
        Figueroa et al., J. Biomed. Opt. 27(1) 015001, 2022, below eq. 7. The authors chose constants that kept to this rule.

    >>> calibrated_weight([0.01, 0.03], "guidance")
    25.0
    """
    if not any(v > 0 for v in values):
        return None
    if kind == "guidance":
        return 0.5 / (sum(values) / len(values))
    return (2.0 if kind == "classification" else 0.5) / max(values)


class Calibrated(Weighting):
    """Fixed weights that are measured before the training, see `calibrated_weight`. Where nothing could be measured, the weight in the
    recipe is used; a weight of 0 stays 0.

    Args:
        batches: number of batches on which the losses are measured before the training, drawn as in its first epoch.
        kinds: the kinds of losses that are calibrated; the others keep the weights of the recipe.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> entry = sl.losses.LossEntry
        >>> entries = [entry("cross_entropy", "classification"), entry("energy", "guidance", weight=2.0)]
        >>> total, weights = sl.losses.Calibrated(entries)({"cross_entropy": torch.tensor(0.5), "energy": torch.tensor(0.25)}, 0)
        >>> weights
        {'cross_entropy': 1.0, 'energy': 2.0}
    """

    words: ClassVar[str] = "weights measured at the start"
    formula: ClassVar[str] = "Σ wᵢ Lᵢ, weights measured at the start"

    weights: Tensor

    def __init__(
        self,
        entries: list[LossEntry],
        *,
        batches: Annotated[int, Field(ge=1, le=10_000), NUMBER] = 20,
        kinds: tuple[Kind, ...] = ("classification", "guidance", "behaviour"),
    ) -> None:
        super().__init__(entries)
        self.needs_calibration, self.kinds = batches, kinds
        self.register_buffer("weights", torch.tensor([float(e.weight) for e in entries]))

    def factors(self) -> Tensor:
        """See `Weighting`."""
        return self.weights

    def calibrate(self, history: list[dict[str, float]]) -> None:
        """See `Weighting`."""
        for i, entry in enumerate(self.entries):
            measured = calibrated_weight([losses[entry.name] for losses in history if entry.name in losses], entry.kind)
            if measured is not None and entry.weight > 0 and entry.kind in self.kinds:
                self.weights[i] = measured
