"""Loss weights that are learned as uncertainties (Zhu et al. 2022, eq. 11)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from sightline.losses.weighting import LossEntry, Weighting
from sightline.settings import NUMBER

Sigma = Annotated[float, Field(gt=0, le=1e6), NUMBER]
Regulariser = Literal["ln(1+s)", "ln(1+s^2)", "ln s"]


def regulariser(s: Tensor, form: Regulariser = "ln(1+s)") -> Tensor:
    """The term that keeps sigma from growing without bound: `ln(1+s)` (as printed in Zhu et al. 2022), `ln(1+s^2)` (Liebel & Koerner 2018)
    or `ln s` (Kendall et al. 2018, which has no lower bound). (L,) positive -> (L,)"""
    match form:
        case "ln(1+s)":
            return s.log1p()
        case "ln(1+s^2)":
            return s.square().log1p()
        case "ln s":
            return s.log()


class Uncertainty(Weighting):
    """total = sum_i k_i w_i L_i / s_i^2 + r(s_i), every s_i > 0 learned

    A small initial sigma gives its loss a large weight. During training sigma approaches the value at which the two terms balance: for k =
    1/2 and r = ln(1+s) at s^3 = L (1 + s). Behaviour losses judge class scores and are treated as class losses.
    A batch in which no region is known, whose guidance or behaviour loss is zero, gives the sigma of that loss no gradient.

    Args:
        regulariser: r, see `regulariser`.
        coefficients: k: `kendall`: 1 for class losses and 1/2 for maps, as in the authors' program; `half`: 1/2 for both. The
            paper's own coefficients are lost.
        sigma_class, sigma_map: initial sigmas of class losses and of guidance losses. The paper: 1, and "small, close to 0".

    Source:
        Zhu, Salcudean, Rohling 2022 (GG-CAM), eq. 11; Kendall, Gal, Cipolla, CVPR 2018.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> entry = sl.losses.LossEntry
        >>> entries = [entry("cross_entropy", "classification"), entry("energy", "guidance", weight=2.0)]
        >>> total, weights = sl.losses.Uncertainty(entries)({"cross_entropy": torch.tensor(0.5), "energy": torch.tensor(0.25)}, 0)
        >>> {name: round(weight, 3) for name, weight in weights.items()}
        {'cross_entropy': 1.0, 'energy': 100.0}
    """

    words: ClassVar[str] = "weights learned as uncertainties"
    formula: ClassVar[str] = "Σ kᵢ Lᵢ / σᵢ² + r(σᵢ), k of maps ½, every σ learned"

    k: Tensor

    def __init__(
        self,
        entries: list[LossEntry],
        *,
        regulariser: Regulariser = "ln(1+s)",
        coefficients: Literal["kendall", "half"] = "kendall",
        sigma_class: Sigma = 1.0,
        sigma_map: Sigma = 0.1,
    ) -> None:
        super().__init__(entries)
        self.regulariser: Regulariser = regulariser
        maps = torch.tensor([e.kind == "guidance" for e in entries])
        weights = torch.tensor([float(e.weight) for e in entries])
        self.register_buffer("k", torch.where(maps | (coefficients == "half"), 0.5, 1.0) * weights, persistent=False)
        self.log_sigma = nn.Parameter(torch.where(maps, sigma_map, sigma_class).log())  # exp keeps sigma positive

    def sigma(self) -> Tensor:
        """(L,)"""
        return self.log_sigma.exp()

    def factors(self) -> Tensor:
        """See `Weighting`."""
        return self.k * (-2 * self.log_sigma).exp()  # finite, with its gradient, where sigma starts at e^-23 (Zhu et al. 2022)

    def extra(self) -> Tensor:
        """See `Weighting`."""
        return regulariser(self.sigma(), self.regulariser)

    def learned(self) -> dict[str, float]:
        """See `Weighting`."""
        return {f"sigma/{e.name}": s for e, s in zip(self.entries, self.sigma().tolist(), strict=True)}
