"""One plug-in of each kind, each as short as its contract allows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional as F

import sightline as sl
from sightline.attention.source import in_float
from sightline.data.roots import existing
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.figure.kind import Options, kind
from sightline.losses.batchnorm import Mode, second_pass
from sightline.settings import Count, Positive
from sightline.types import Annotation, Batch, Look, Record

WHERE = "Drawn by the tests of sightline."
PARTS = {"*/*.png": "images, a folder for each class; a mask beside its image as <name>.mask.png"}


class Cosine(sl.losses.GuidanceLoss):
    """(1 - cos(A, R))^power, maps and regions as vectors of their pixels."""

    words = "map in the direction of the annotated region"
    formula = "1 − cos(A, ROI)"
    own_squash = "minmax"
    needs_region = True

    def __init__(self, *, power: Positive = 1.0, **common: Any) -> None:
        super().__init__(**common)
        self.power = power

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        return (1 - F.cosine_similarity(attention.flatten(1), roi.flatten(1), eps=1e-3)) ** self.power


class Darkened(sl.losses.BehaviourLoss):
    """Cross-entropy of the known images at half their brightness outside the region."""

    words = "a darker outside changes nothing"
    formula = "y in the dark against the label"
    shown = "outside darker, same network"
    teaches_classes = True

    def __init__(self, *, bn: Mode = "quiet") -> None:
        super().__init__()
        self.bn: Mode = bn

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        known = batch.known
        if not known.any():
            return look.logits[:0].sum()
        with second_pass(classifier, self.bn):
            logits = classifier(batch.images[known] * (1 + batch.roi[known]) / 2)
        return F.cross_entropy(in_float(logits), batch.labels[known])

    def missing(self, batch: Batch) -> str | None:
        return None if batch.known.any() else "no image has a known ROI"


class Brier(nn.Module):
    """Squared distance of the probabilities from the label's."""

    words = "probabilities near the truth"
    formula = "(p − label)²"

    def __init__(self, class_weights: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("class_weights", class_weights)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = in_float(logits).softmax(1)
        values = (p - F.one_hot(labels, p.shape[1])).square().sum(1)
        weights = torch.ones_like(values) if self.class_weights is None else self.class_weights.to(values)[labels]
        return (weights * values).sum() / weights.sum()


class Equal(sl.losses.Weighting):
    """Every loss that has a weight at all counts the same."""

    words = "all losses alike"
    formula = "Σ Lᵢ"

    def __init__(self, entries: list[sl.losses.LossEntry]) -> None:
        super().__init__(entries)
        self.register_buffer("ones", torch.tensor([float(e.weight > 0) for e in entries]), persistent=False)

    def factors(self) -> Tensor:
        return self.ones


class AbsoluteGradCam(sl.attention.GradientSource):
    """Channels weighted by the mean absolute gradient."""

    title = "absolute Grad-CAM"
    words = "features weighted by the absolute gradient of the score"
    formula = "A = Σ wₖ Fₖ, wₖ: mean |gradient| of y"
    map_names = ("absolute",)

    def channel_weights(self, features: Tensor, gradient: Tensor) -> Tensor:
        return gradient.abs().mean((2, 3))


class TwoBlocks(nn.Module):
    """Two convolutions of stride 4 and 2."""

    def __init__(self, image_size: int = 64, *, width: Count = 8) -> None:
        super().__init__()
        self.pretrained_cfg = {"input_size": (3, image_size, image_size), "mean": (0.5,) * 3, "std": (0.5,) * 3}
        self.feature_info = [{"module": name, "num_chs": width, "reduction": r} for name, r in (("first", 4), ("second", 8))]
        self.first = nn.Sequential(nn.Conv2d(3, width, 4, stride=4), nn.SiLU())
        self.second = nn.Sequential(nn.Conv2d(width, width, 2, stride=2), nn.SiLU())

    def forward_features(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))

    def forward_head(self, features: Tensor, pre_logits: bool = True) -> Tensor:
        return features.mean((2, 3))


def read(root: Path | None, *, only: str | None = None) -> list[Record]:
    """A folder per class; of four images, two are to train on, one to validate, one to test."""
    folder = existing(root, "<class>/*.png", WHERE)
    images = [p for p in sorted(folder.glob("*/*.png")) if not p.name.endswith(".mask.png") and only in (None, p.parent.name)]
    if not images:
        raise UserError(folder, "holds no images", "Expected: <class>/*.png")
    return [
        Record(
            p.relative_to(folder).as_posix(),
            p,
            p.parent.name,
            split=("train", "train", "val", "test")[n % 4],
            annotations=(Annotation("mask", p.with_suffix(".mask.png")),) if p.with_suffix(".mask.png").is_file() else (),
        )
        for n, p in enumerate(images)
    ]


@kind("none")
def class_names(runs: Sequence[Run], options: Options) -> Figure:
    """The names of the classes."""
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, ", ".join(runs[0].classes))
    return figure
