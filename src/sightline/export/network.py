"""The network that is exported: images in, logits, probabilities and a map out, without any gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from sightline.attention.cam import weighted_sum
from sightline.attention.classifier import GuidedClassifier
from sightline.attention.gradient_source import GradientSource
from sightline.attention.source import explained, in_float
from sightline.errors import UserError
from sightline.results.calibration import Calibration

Maps = Literal["auto", "yes", "no"]
INPUT = "images"


class ExportedNetwork(nn.Module):
    """(N, C, S, S) in [0, 1] -> logits (N, C), probabilities (N, C) and, if `maps`, the first map of the most probable class (N, 1, h, w).

    The normalisation of the images is part of the classifier's backbone. The probabilities are calibrated, if there is a calibration.
    """

    shift: Tensor

    def __init__(self, classifier: GuidedClassifier, maps: bool, calibration: Calibration | None = None) -> None:
        super().__init__()
        self.classifier, self.maps, self.calibration = classifier, maps, calibration
        shift = torch.zeros(classifier.classes)  # of the logits
        shift[-1] = calibration.intercept if calibration else 0.0
        self.register_buffer("shift", shift, persistent=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Their names, in order."""
        return ("logits", "probabilities", "map") if self.maps else ("logits", "probabilities")

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        network, source = self.classifier, self.classifier.source
        if not self.maps:
            logits = network(images)
            return logits, self._probabilities(logits)
        # without `GuidedClassifier.look`, whose switches of gradient and inference mode would be recorded
        features = network.backbone(images, source.taps)
        if isinstance(source, GradientSource):
            logits = source.logits(features, network.head)
            return logits, self._probabilities(logits), closed_form(network, features.last, logits)
        look = source.look(features, network.head, None, False)
        return look.logits, self._probabilities(look.logits), look.first

    def _probabilities(self, logits: Tensor) -> Tensor:
        if self.calibration is None:
            return logits.softmax(1)
        return (self.calibration.slope * logits + self.shift).softmax(1)


def closed_form(network: GuidedClassifier, features: Tensor, logits: Tensor) -> Tensor:
    """The gradient-based map of the most probable class where the logits are W GAP(F) + b, so that d s_c / d F_k = W_ck / (h w).

    Args:
        features: F, (B, K, h, w).

    Returns:
        (B, 1, h, w).
    """
    source, weights = network.source, network.head.class_weights()
    assert isinstance(source, GradientSource)
    assert weights is not None
    gradient = weights[explained(logits, None)][:, :, None, None].expand(-1, -1, *features.shape[2:])  # times h w, as the source wants it
    return in_float(weighted_sum(features, source.channel_weights(features, in_float(gradient)))) / features[0, 0].numel()


@dataclass(frozen=True)
class Exportable:
    """The network to export; `why_no_map`: why it gives no map, a sentence, empty where it gives one."""

    network: ExportedNetwork
    why_no_map: str = ""


def exportable(classifier: GuidedClassifier, maps: Maps = "auto", calibration: Calibration | None = None) -> Exportable:
    """The network, with its map where that needs no gradient.

    Raises:
        UserError: `maps` is "yes", and the map cannot be computed without gradients.
    """
    why = "The map is left out, as `map='no'` asks." if maps == "no" else why_no_map(classifier)
    if why and maps == "yes":
        reason, remedy = why.removesuffix("."), "Leave it out, to export logits and probabilities."
        raise UserError("`map='yes'`", reason[:1].lower() + reason[1:], remedy)
    return Exportable(ExportedNetwork(classifier, not why, calibration).eval(), why)


def why_no_map(classifier: GuidedClassifier) -> str:
    """Why the map cannot be part of an exported graph, in a sentence; empty if it can."""
    source = classifier.source
    if not source.map_names:
        return "The map is not exported, since this classifier has none (attention source `none`)."
    if not source.needs_gradient:
        return ""
    name = f"The map `{source.map_names[0]}`"
    if not isinstance(source, GradientSource):
        return f"{name} is not exported, since it is computed from gradients, which an exported graph does not have."
    if source.layer != "last":
        return f"{name} is not exported, since it is computed from gradients at a layer before the last one."
    if classifier.head.class_weights() is None:
        return (
            f"{name} is not exported, since it is computed from gradients, and these have a closed form only where the head is global "
            "average pooling and one linear layer."
        )
    return ""
