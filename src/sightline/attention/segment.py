"""A classifier that computes its answer from its own segmentation by a fixed rule (Hooper et al. 2023).

It is the baseline that guided classifiers have to beat.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from sightline.attention.decoder import Block, block_sizes, block_widths
from sightline.attention.features import Features
from sightline.attention.head import GapLinear, Head
from sightline.attention.source import Extractor, Source, explained, in_float, of_class
from sightline.errors import UserError
from sightline.types import Look

Summary = Literal["mean", "max", "logsumexp"]
TINY = 1e-12


def pixel_probabilities(evidence: Tensor) -> Tensor:
    """Softmax of each pixel over its classes and a background, whose evidence is 0: (B, C, h, w) -> (B, C, h, w), the background's
    share left out."""
    background = torch.zeros_like(evidence[:, :1])  # (B, 1, h, w)
    return torch.cat([evidence, background], 1).softmax(1)[:, :-1]


def summarise(evidence: Tensor, rule: Summary = "mean") -> Tensor:
    """Computes the logits of the image from its pixels, by a rule without weights.

    `mean`: log of the class's mean probability over all pixels, so that the softmax of the result is each class's share of what is not
    background (Hooper et al.). `max`: the class's evidence at its most certain pixel. `logsumexp`: log of the mean odds against the
    background, a maximum that counts many pixels for more than one.

    Args:
        evidence: (B, C, h, w), log-odds of each pixel's classes against the background.

    Returns:
        (B, C) logits.
    """
    if rule == "max":
        return evidence.amax((2, 3))
    if rule == "logsumexp":
        return evidence.flatten(2).logsumexp(2) - torch.tensor(evidence[0, 0].numel()).log()
    return pixel_probabilities(evidence).mean((2, 3)).add(TINY).log()


class Segment(Source):
    """The map `segment`: each pixel's probability of being the class explained, against the other classes and the background.

    The decoder of the source `decoder` (variant `text`, without its last block) brings the last features to about half the image's size,
    where the head classifies every pixel. It is meant for the loss `pixel_class`. The logits are computed from the map alone, so that
    nothing outside the map can influence the decision.

    Args:
        summary: how the pixels are summarised, see `summarise`.

    Source:
        Hooper et al., NeurIPS 2023 (segmentation for classification); the several classes are our extension.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "segment"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'segment': (2, 1, 19, 19)}
    """

    title: ClassVar[str] = "segmentation"
    words: ClassVar[str] = "the class of every pixel; the answer summarises them"
    formula: ClassVar[str] = "classes of every pixel, A; y: their mean"
    any_network = False
    class_specific = True
    range = "unit"
    map_names = ("segment",)
    reaches = ("backbone", "head", "source")

    def __init__(self, backbone: Extractor, *, summary: Summary = "mean") -> None:
        super().__init__(backbone)
        self.summary: Summary = summary
        widths = block_widths("text", backbone.channels)[:-1]
        self.blocks = nn.ModuleList(Block("text", a, b, last=False) for a, b in pairwise(widths))
        self.head_channels = widths[-1]

    def check(self, head: Head) -> None:
        if not isinstance(head, GapLinear):
            raise UserError("attention segment", "needs a GAP head, since it classifies every pixel", "Set head.kind to gap.")

    def logits(self, features: Features, head: Head) -> Tensor:
        return summarise(self._evidence(features, head), self.summary)

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        evidence = self._evidence(features, head)
        logits = summarise(evidence, self.summary)
        maps = pixel_probabilities(evidence)  # (B, C, h, w)
        own = of_class(maps, explained(logits, target))  # (B, 1, h, w)
        return Look(logits, {"segment": own}, {"segment": maps} if every else {}, {"segment": self.range})

    def _evidence(self, features: Features, head: Head) -> Tensor:
        """Log-odds of each pixel's classes against the background: (B, C, h, w)."""
        assert isinstance(head, GapLinear)
        x = features.last
        sizes = block_sizes("text", (x.shape[2], x.shape[3]), features.size)
        for block, size in zip(self.blocks, sizes, strict=False):
            x = block(x, size)
        return in_float(head.classify(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)  # (B, h, w, C) -> (B, C, h, w)
