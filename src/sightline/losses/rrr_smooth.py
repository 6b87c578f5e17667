"""Smoothed RRR: a penalty on input gradients at the image and at random perturbations of it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from sightline.losses.rrr import InputGradientLoss, input_gradients, rrr
from sightline.settings import NUMBER


def perturbed(images: Tensor, area: Tensor, noise: float, samples: int) -> Tensor:
    """Copies of each image with uniform noise in +-`noise` inside an area, nothing elsewhere; pixels stay in [0, 1].

    Args:
        images: (N, 3, H, W).
        area: (N, 1, H, W) in [0, 1].

    Returns:
        (samples, N, 3, H, W).
    """
    drawn = torch.rand(samples, *images.shape, dtype=images.dtype, device=images.device)  # (S, N, 3, H, W)
    return (images + noise * (2 * drawn - 1) * area).clamp(0, 1)


def largest_change(gradients: Tensor) -> Tensor:
    """max over s of |G_s - G_0|, of each pixel and channel. (1 + S, N, 3, H, W), the image's own first -> (N, 3, H, W)"""
    return (gradients[1:] - gradients[:1]).abs().amax(0)


class SmoothRightReasons(InputGradientLoss):
    """Penalises input gradients at several random perturbations of the pixels that should not matter.

    `mean`: the mean of `rrr` over the perturbed images. `max`: `rrr` of the largest change that the perturbations make to each pixel's
        gradient. `max` reduces the curvature of the function along these pixels, and does not see a gradient that is the same everywhere:
        use it together with the loss `rrr`.

    At a single point a gradient can be small only because the prediction is saturated there, which is why a plain gradient penalty needs a
    strongly smoothed model to help (Heo et al. 2023). The projected-gradient term of Ghitu et al.'s program is computed from numbers
    outside the graph and so has no effect on the weights; this one has.

    Args:
        kind: `mean` or `max`.
        samples: number of perturbations of each image; each costs a further pass.
        noise: largest change of a pixel, where 1 is from black to white.
        **common: see `InputGradientLoss`.

    Source:
        Heo et al., NeurIPS 2023 (smoothed); Ghitu et al., TMLR 2025 (Rand-R4). Both take the gradient of the class loss and noise from
        0 upwards, and the unsquared norm over the number of pixels; here the gradient and the norm are those of `rrr`.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.SmoothRightReasons()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "no input gradient where nothing should matter, even if the outside is perturbed"
    formula: ClassVar[str] = "even if the outside is perturbed"
    shown: ClassVar[str] = "outside perturbed, gradient of the input"

    def __init__(
        self,
        *,
        kind: Literal["mean", "max"] = "mean",
        samples: Annotated[int, Field(ge=1, le=1000), NUMBER] = 2,
        noise: Annotated[float, Field(gt=0, le=1), NUMBER] = 0.2,
        **common: Any,
    ) -> None:
        super().__init__(**common)
        self.kind, self.samples, self.noise = kind, samples, noise

    def judge(self, classifier: nn.Module, images: Tensor, irrelevant: Tensor) -> Tensor:
        """See the class. (N, 3, H, W), (N, 1, H, W) -> (N,)"""
        around = perturbed(images, irrelevant, self.noise, self.samples)  # (S, N, 3, H, W)
        if self.kind == "mean":
            return torch.stack([rrr(input_gradients(classifier, x, self.bn), irrelevant) for x in around]).mean(0)
        gradients = torch.stack([input_gradients(classifier, x, self.bn) for x in (images, *around)])  # (1 + S, N, 3, H, W)
        return rrr(largest_change(gradients), irrelevant)
