"""Right for the right reasons (RRR): a penalty on input gradients where the image should not matter."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from sightline.data.cover import Margin
from sightline.losses.avoid import erode
from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss
from sightline.types import Batch, Look

Region = Literal["roi", "avoid"]
Norm = Literal["l2", "l1"]


def rrr(gradients: Tensor, irrelevant: Tensor, norm: Norm = "l2") -> Tensor:
    """sum over pixels and channels of (A G)^2, with G = d/dx sum_k log p_k and A = 1 where nothing should matter; l1: of |A G|

    The gradient is that of the sum over all classes, not only of the label, since no class should use these pixels. It is zero if all
    classes have the same probability, whatever the evidence, and grows with confidence, so that a large weight keeps predictions uncertain.

    Args:
        gradients: (N, 3, H, W), G.
        irrelevant: (N, 1, H, W) in [0, 1], A.

    Returns:
        (N,) non-negative. l1 is in units of log-probability: the most that the sum can change, to first order, if each of these pixels
        moves by one unit (from black to white).

    Source:
        Ross, Hughes and Doshi-Velez, IJCAI 2017, eq. 2 (its second term; l1 is our own).
    """
    seen = irrelevant * gradients
    return (seen.square() if norm == "l2" else seen.abs()).sum((1, 2, 3))


def input_gradients(classifier: nn.Module, images: Tensor, bn: Mode) -> Tensor:
    """d/dx sum_k log p_k of each image, in full precision, on the graph of the weights if gradients are enabled.

    Args:
        classifier: images -> logits (N, C); it is run again.
        images: (N, 3, H, W).
        bn: batch-norm in this pass, see `second_pass`.

    Returns:
        (N, 3, H, W).
    """
    graph = torch.is_grad_enabled()
    # fused attention cannot be differentiated twice; in half precision the gradient of one pixel is too small a number
    with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH), torch.autocast(images.device.type, enabled=False):
        images = images.detach().requires_grad_()
        with second_pass(classifier, bn):
            logits: Tensor = classifier(images)
        (gradients,) = torch.autograd.grad(logits.log_softmax(1).sum(), images, create_graph=graph)
    return gradients


class InputGradientLoss(BehaviourLoss):
    """Base class of losses on input gradients: which pixels should not matter, and in which images.

    Args:
        region: the pixels that should not matter: those outside the ROI of images with known ROI (`roi`; all pixels if the ROI is empty),
            or those inside the area to avoid (`avoid`).
        margin: distance, as a share of the image's side, between the pixels that should not matter and those that may. An area that is too
            small does no harm; one that reaches into the lesion penalises gradients on the lesion (Ghitu et al. 2025).
        bn: batch-norm in the second pass, see `second_pass`.
    """

    def __init__(self, *, region: Region = "roi", margin: Margin = 0.0, bn: Mode = "quiet") -> None:
        super().__init__()
        self.region: Region = region
        self.margin = margin
        self.bn: Mode = bn

    def judge(self, classifier: nn.Module, images: Tensor, irrelevant: Tensor) -> Tensor:
        """The formula. (N, 3, H, W), (N, 1, H, W) -> (N,)"""
        raise NotImplementedError

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. Where nothing is known to be irrelevant, a zero that is part of the graph."""
        irrelevant, counts = self._irrelevant(batch)
        if not counts.any():
            return look.logits[:0].sum()
        return self.judge(classifier, batch.images[counts], irrelevant[counts]).mean()

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        if self._irrelevant(batch)[1].any():
            return None
        return "no image has an area to avoid" if self.region == "avoid" else "no image has a known ROI that leaves something outside"

    def _irrelevant(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Which pixels should not matter, (B, 1, H, W), and in which images any are known, (B,) bool."""
        outside = batch.avoid if self.region == "avoid" else 1 - batch.roi
        outside = erode(outside, round(self.margin * max(outside.shape[-2:])))
        known = batch.avoid_known if self.region == "avoid" else batch.known
        return outside, known & (outside.amax((1, 2, 3)) > 0)


class RightReasons(InputGradientLoss):
    """See `rrr`. The gradient is taken at the image, so the loss runs the classifier once more and differentiates twice.

    The same on attention maps instead of input gradients, which needs no second pass, is the guidance loss `outside` (Rao et al. 2023
    compare such a form as RRR*).

    Args:
        norm: squared gradients (the paper) or absolute ones.
        **common: see `InputGradientLoss`.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.RightReasons()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "no input gradient where nothing should matter"
    formula: ClassVar[str] = "no input gradient outside the ROI"
    shown: ClassVar[str] = "same images, gradient of the input"

    def __init__(self, *, norm: Norm = "l2", **common: Any) -> None:
        super().__init__(**common)
        self.norm: Norm = norm

    def judge(self, classifier: nn.Module, images: Tensor, irrelevant: Tensor) -> Tensor:
        """See `rrr`."""
        return rrr(input_gradients(classifier, images, self.bn), irrelevant, self.norm)
