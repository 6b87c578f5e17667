"""Learned attention gates at intermediate layers (Yan, Kawahara and Hamarneh 2019; fidelity 003-02 to 003-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.features import Features
from sightline.attention.head import GapLinear, Head
from sightline.attention.source import Extractor, Source, in_float
from sightline.errors import UserError
from sightline.settings import NUMBER
from sightline.types import Look

WIDTH = 256  # of the common space in Yan 2020


def upsampling(small: Sequence[int], large: Sequence[int]) -> Tensor:
    """Bilinear interpolation (align_corners=False) of (h', w') to (h, w) as a matrix (h w, h' w')."""

    def along(short: int, long: int) -> Tensor:
        return F.interpolate(torch.eye(short)[None], size=long, mode="linear", align_corners=False)[0].T  # (long, short)

    return torch.kron(along(small[0], large[0]), along(small[1], large[1]))


def linear(places: Tensor, convolution: nn.Conv2d) -> Tensor:
    """A 1x1 convolution without bias, place by place: (B, K, n) -> (B, n, width)."""
    return F.linear(places.transpose(1, 2), convolution.weight.flatten(1))


class Gate(nn.Module):
    """R = W ReLU(W_f F + up(W_g G)) (Yan 2020, eq. 2.1), all three 1x1 convolutions; A = sigmoid(R), or softmax over positions.

    Args:
        channels: of the local features F.
        guide: channels of the global guide G.
        width: filters of W_f and W_g.
        normalise: `sigmoid` (Yan 2020, eq. 2.2) or `softmax` (its authors' option, after Jetley et al. 2018).
    """

    def __init__(self, channels: int, guide: int, width: int = WIDTH, normalise: Literal["sigmoid", "softmax"] = "sigmoid") -> None:
        super().__init__()
        self.local = nn.Conv2d(channels, width, 1, bias=False)
        self.guide = nn.Conv2d(guide, width, 1, bias=False)
        self.score = nn.Conv2d(width, 1, 1)
        self.normalise = normalise
        for weight in (self.local.weight, self.guide.weight, self.score.weight):
            nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu")
        self.score.bias = nn.Parameter(torch.zeros(1))

    def forward(self, features: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        """Computes the map and the pooled features.

        Args:
            features: F, (B, K, h, w).
            guide: G, (B, G, h', w').

        Returns:
            (B, 1, h, w) in [0, 1], and (B, K). With sigmoid the latter is GAP(A F) (Yan 2020, eq. 2.3); with softmax it is the sum of A F,
            and the map is A over its maximum, so that it can be compared with an ROI map at all: A itself sums to one.
        """
        size = features.shape[2:]
        places = features.flatten(2)  # (B, K, h w)
        # 1x1 convolutions and the upsampling as matrix products, in half the time of the convolutions on a CPU
        up = upsampling(guide.shape[2:], size).to(guide) @ linear(guide.flatten(2), self.guide)  # (B, h w, width)
        local = self.local.weight.flatten(1).T.expand(places.shape[0], -1, -1)  # (B, K, width)
        hidden = torch.baddbmm(up, places.transpose(1, 2), local).relu_()  # (B, h w, width)
        score = in_float(F.linear(hidden, self.score.weight.flatten(1), self.score.bias))  # (B, h w, 1)
        softmax = self.normalise == "softmax"
        weight = score.softmax(1) if softmax else score.sigmoid()  # (B, h w, 1)
        passed = (places @ weight.to(places.dtype))[..., 0]  # (B, K)
        attention = weight.transpose(1, 2).unflatten(2, size)  # (B, 1, h, w)
        if softmax:
            return attention / attention.amax((2, 3), keepdim=True), passed
        return attention, passed / attention[0].numel()


class Gates(Source):
    """Attention gates at several layers, guided by the last layer. The logits are a linear function of the pooled gated features and of the
    pooled last features.

    Maps: `gate`, or `gate1`, `gate2`, ... from shallow to deep when there are several.

    Args:
        taps: layers that are gated (Yan 2020: pool-3 and pool-4 of VGG16, `features.16` and `features.23`); None: the two stages before the
            last one.
        width: filters of the space in which features and guide are compared (Yan 2020: 256); None: 256, or the number of channels of the
            features if this is smaller (on VGG16 it is 256).
        normalise: `sigmoid`, or `softmax` over positions.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "gates"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'gate1': (2, 1, 16, 16), 'gate2': (2, 1, 8, 8)}
    """

    title: ClassVar[str] = "attention gates"
    words: ClassVar[str] = "learned gates that let features through or hold them back"
    formula: ClassVar[str] = "features weighted by maps A"
    any_network = False
    several_labels = True
    range = "unit"
    reaches = ("backbone", "source")
    head_init = "normal"

    def __init__(
        self,
        backbone: Extractor,
        *,
        taps: tuple[str, ...] | None = None,
        width: Annotated[int, Field(ge=1, le=65_536), NUMBER] | None = None,
        normalise: Literal["sigmoid", "softmax"] = "sigmoid",
    ) -> None:
        super().__init__(backbone)
        shapes = backbone.shapes(backbone.earlier_stages() if taps is None else taps)
        if not shapes:
            raise UserError("attention gates", "no layer to gate", "Name layers in `taps`.")
        self.taps = self.logit_taps = tuple(sorted(shapes, key=lambda tap: -shapes[tap][1]))
        self.map_names = ("gate",) if len(shapes) == 1 else tuple(f"gate{n}" for n in range(1, len(shapes) + 1))
        channels = [shapes[tap][0] for tap in self.taps]
        self.gates = nn.ModuleList(Gate(own, backbone.channels, width or min(WIDTH, own), normalise) for own in channels)
        self.head_channels = sum(channels) + backbone.channels

    def check(self, head: Head) -> None:
        if not isinstance(head, GapLinear):
            raise UserError("attention gates", "need a GAP head, since they pool by themselves", "Set head.kind to gap.")

    def logits(self, features: Features, head: Head) -> Tensor:
        return self._run(features, head)[0]

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        logits, maps = self._run(features, head)
        return Look(logits, maps, {}, dict.fromkeys(maps, self.range))

    def _run(self, features: Features, head: Head) -> tuple[Tensor, dict[str, Tensor]]:
        assert isinstance(head, GapLinear)
        gated = [gate(features.taps[tap], features.last) for gate, tap in zip(self.gates, self.taps, strict=True)]
        pooled = torch.cat([p for _, p in gated] + [features.last.mean((2, 3))], 1)  # (B, sum of K, Yan 2020: 1280)
        return head.classify(pooled), dict(zip(self.map_names, (m for m, _ in gated), strict=True))
