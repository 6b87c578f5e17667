"""The energy loss: the share of the positive evidence that lies outside the ROI."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from sightline.losses.guidance import GuidanceLoss

FAINT = 0.01
TINY = 1e-12


def energy(attention: Tensor, roi: Tensor, faint: float = FAINT) -> Tensor:
    """1 - sum(A+ R) / sum(A+), with A+ = max(A, 0)

    It asks that the evidence lies inside the ROI, not that it covers the ROI evenly, so that boxes are sufficient as annotation (Rao et
    al.). It does not depend on the scale of the map.

    A map may have no positive evidence, since softmax ignores a constant that is added to the maps of all classes. The loss would then have
    no gradient, and close to that point its gradient would explode. If the positive evidence is less than `faint` times the absolute
    evidence, the absolute evidence is therefore used for the missing part q:

        1 - sum(A+ R) / max(sum A+, faint sum|A|) - q sum(|A| R) / sum|A|,    q = max(0, 1 - sum A+ / (faint sum|A|))

    Args:
        attention: (N, 1, h, w), raw evidence or in [0, 1].
        roi: (N, 1, h, w) in [0, 1], not empty.

    Returns:
        (N,) in [0, 1]; 0 where all evidence lies inside, 1 where none does and for a map that is zero everywhere.

    Source:
        Rao et al., ICCV 2023 (energy loss); Wang et al. 2020 (energy-based pointing game). The rule for faint maps is our own.
    """
    positive, size = torch.relu(attention), attention.abs()

    def total(x: Tensor) -> Tensor:
        return x.sum((1, 2, 3))  # (N,)

    everything = total(size).clamp(min=TINY)
    floor = faint * everything
    silent = torch.relu(1 - total(positive) / floor)
    return 1 - total(positive * roi) / torch.maximum(total(positive), floor) - silent * total(size * roi) / everything


class Energy(GuidanceLoss):
    """See `energy`. Images with an empty ROI do not count, since no share of the evidence can lie inside.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.Energy()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.5000)
    """

    words: ClassVar[str] = "keep the evidence inside the annotated region"
    formula: ClassVar[str] = "share of evidence outside the ROI"
    needs_region: ClassVar[bool] = True

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `energy`."""
        return energy(attention, roi)
