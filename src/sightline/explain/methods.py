"""The methods that explain any classifier, with or without an attention source, by their names."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.device import device_of
from sightline.explain.gradient import input_gradient, integrated_gradients, smoothgrad
from sightline.explain.kernel_shap import kernel_shap
from sightline.explain.lrp import lrp
from sightline.explain.occlusion import occlusion

Method = Callable[[GuidedClassifier, Tensor, Tensor], Tensor]


def by(method: str, classifier: GuidedClassifier, images: Tensor, target: Tensor) -> Tensor:
    """The map of one class for each image: (B, 3, H, W) in [0, 1], (B,) -> (B, 1, h, w), in units of the score."""
    return METHODS[method](classifier, images, target)


def require_support(method: str, classifier: GuidedClassifier, side: int) -> None:
    """Refuses a classifier that the method cannot explain, before there is a picture. It is tried with an image of noise of that side.

    Raises:
        UserError: the method does not support a layer, or what happens between the layers.
    """
    if method == "lrp":  # the others only call the classifier
        noise = torch.rand(1, classifier.image_channels, side, side, generator=torch.Generator().manual_seed(0)).to(device_of(classifier))
        by(method, classifier, noise, torch.zeros(1, dtype=torch.long, device=noise.device))


def _occlusion(classifier: GuidedClassifier, images: Tensor, target: Tensor) -> Tensor:
    """Patches are an eighth of the image wide and overlap by half."""
    patch = max(images.shape[-1] // 8, 1)
    return occlusion(classifier, images, target, patch=patch, stride=max(patch // 2, 1))


def _lrp(classifier: GuidedClassifier, images: Tensor, target: Tensor) -> Tensor:
    """The colour without relevance is the one that the backbone subtracts."""
    return lrp(classifier, images, target, mean=classifier.backbone.mean)


METHODS: dict[str, Method] = {
    "occlusion": _occlusion,
    "gradient": input_gradient,
    "smoothgrad": smoothgrad,
    "integrated-gradients": integrated_gradients,
    "kernel-shap": kernel_shap,
    "lrp": _lrp,
}
