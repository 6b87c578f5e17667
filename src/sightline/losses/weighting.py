"""Weighting of the losses: the base class, and fixed weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

Kind = Literal["classification", "guidance", "behaviour"]


@dataclass(frozen=True)
class LossEntry:
    """What a weighting knows of a loss.

    Attributes:
        name: unique within the objective.
        kind: class loss, guidance loss or behaviour loss.
        weight: factor, or initial value of a calibrated factor. Zero switches the loss off.
        start: first epoch (0-based) in which the loss counts.
        ramp: number of epochs over which the weight then grows to its full value.

    Example:
        >>> import sightline as sl
        >>> sl.losses.LossEntry("energy", "guidance", weight=2.0)
        LossEntry(name='energy', kind='guidance', weight=2.0, start=0, ramp=0)
    """

    name: str
    kind: Kind
    weight: float = 1.0
    start: int = 0
    ramp: int = 0

    def share(self, epoch: float) -> float:
        """How much of the weight counts: 0 before `start`, then evenly more each epoch, 1 from `start + ramp` on.

        >>> [LossEntry("l2", "guidance", start=1, ramp=2).share(e) for e in range(5)]
        [0.0, 0.3333333333333333, 0.6666666666666666, 1.0, 1.0]
        """
        return 0.0 if epoch < self.start else min(1.0, (epoch - self.start + 1) / (self.ramp + 1))


class Weighting(nn.Module):
    """Base class: combines named losses into a total. Learned and measured values are parameters and buffers, so that a resumed training
    restores them.

    Args:
        entries: the losses of the objective, in its order.

    Attributes:
        words: how the weights are found, in a few plain words, for reports.
        formula: formula of the total, for the boxes of diagrams.
        needs_calibration: number of batches on which the losses have to be measured before the training.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> class Equal(sl.losses.Weighting):
        ...     def factors(self):
        ...         return torch.ones(len(self.entries))
        >>> entries = [sl.losses.LossEntry("cross_entropy", "classification"), sl.losses.LossEntry("energy", "guidance")]
        >>> Equal(entries)({"cross_entropy": torch.tensor(0.5), "energy": torch.tensor(0.25)}, 0)
        (tensor(0.7500), {'cross_entropy': 1.0, 'energy': 1.0})
    """

    words: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    needs_calibration: int = 0

    def __init__(self, entries: list[LossEntry]) -> None:
        super().__init__()
        self.entries = entries

    def factors(self) -> Tensor:
        """The full weight of each entry. -> (L,), on the graph where they are learned"""
        raise NotImplementedError

    def extra(self) -> Tensor | None:
        """What each entry adds to the total beside its weighted loss; a guidance or behaviour loss of exactly zero adds nothing. -> (L,)"""
        return None

    def learned(self) -> dict[str, float]:
        """What it learns beside the weights, for the log: `<symbol>/<loss>` -> value."""
        return {}

    def active(self, epoch: float) -> set[str]:
        """The losses that count in this epoch; the others need not be computed."""
        return {e.name for e in self.entries if e.weight * e.share(epoch) > 0}

    def forward(self, losses: dict[str, Tensor], epoch: float) -> tuple[Tensor, dict[str, float]]:
        """The total, and the weight of every entry, 0 for those that are not among `losses`.

        Args:
            losses: name -> scalar.
            epoch: 0-based; infinity for "all ramps are over".
        """
        factors, extra = self.factors(), self.extra()
        measured = factors.detach().tolist()
        total = torch.zeros((), device=factors.device)
        weights = {}
        for i, entry in enumerate(self.entries):
            share = entry.share(epoch) if entry.name in losses else 0.0
            weights[entry.name] = measured[i] * share
            if share:
                own = factors[i] * losses[entry.name]
                if extra is not None:
                    # a guidance or behaviour loss of zero is that of a batch in which no region is known
                    own = own + extra[i] * (losses[entry.name].detach() != 0 if entry.kind != "classification" else 1)
                total = total + share * own
        return total, weights

    def calibrate(self, history: list[dict[str, float]]) -> None:
        """Sets the weights by the losses of some batches; only asked of a weighting that `needs_calibration`.

        Args:
            history: of each batch, the losses that had something to compare in it: name -> value.
        """


class Fixed(Weighting):
    """The fixed weights of the recipe, each with its start and ramp.

    total = sum_i w_i L_i

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> entry = sl.losses.LossEntry
        >>> entries = [entry("cross_entropy", "classification"), entry("energy", "guidance", weight=2.0)]
        >>> total, weights = sl.losses.Fixed(entries)({"cross_entropy": torch.tensor(0.5), "energy": torch.tensor(0.25)}, 0)
        >>> total, weights
        (tensor(1.), {'cross_entropy': 1.0, 'energy': 2.0})
    """

    words: ClassVar[str] = "weights from the recipe"
    formula: ClassVar[str] = "Σ wᵢ Lᵢ, weights from the recipe"

    weights: Tensor

    def __init__(self, entries: list[LossEntry]) -> None:
        super().__init__(entries)
        # the recipe decides, also after a resume: nothing to store
        self.register_buffer("weights", torch.tensor([float(e.weight) for e in entries]), persistent=False)

    def factors(self) -> Tensor:
        """See `Weighting`."""
        return self.weights
