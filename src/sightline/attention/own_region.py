"""A network that decides from the region that it draws by itself, in training and at test time: segment, then classify, in one model."""

from __future__ import annotations

import copy
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.backbone import Backbone
from sightline.attention.features import Features
from sightline.attention.head import GapLinear, Head
from sightline.attention.source import Extractor, Source, in_float
from sightline.errors import UserError
from sightline.settings import Fraction
from sightline.types import Look

_WIDTH = 64  # channels between the features and the score of a position
_RAMP = 0.1  # from hidden to shown, as a share of the map's maximum: without a step, a rounding error changes nothing
_GREY = 0.5  # what lies outside


def shown(images: Tensor, region: Tensor, cut: float) -> Tensor:
    """The images with grey in place of what lies outside of the region.

    Args:
        images: (B, C, H, W) in [0, 1].
        region: (B, 1, h, w), at least 0; enlarged bilinearly.
        cut: share of the map's maximum from which on a pixel is shown.

    Returns:
        (B, C, H, W).
    """
    large = F.interpolate(region, images.shape[2:], mode="bilinear", align_corners=False)
    share = large / large.amax((1, 2, 3), keepdim=True).clamp(min=torch.finfo(large.dtype).tiny)
    keep = ((share - cut) / _RAMP + 0.5).clamp(0, 1).to(images.dtype)
    return _GREY + (images - _GREY) * keep


class OwnRegion(Source):
    """The map `region` = sigmoid(score(x)) of the last features x of the backbone; a second network, which begins as a copy of the
    backbone, sees the image inside of the region only, and its features decide the class.

    The class loss does not reach the map: else it could open the region to whatever predicts the class. So the map is learned from guidance
    alone, and the decision sees no pixel that the map leaves out; of these it sees only what the shape of the region tells. Costs two
    networks, in training and at test time.

    Args:
        cut: a pixel belongs to the region where the map is at least so many times its maximum. A map that is low everywhere thus still
            has a region: where it is the least low.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "own_region"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'region': (2, 1, 4, 4)}
    """

    title: ClassVar[str] = "region of its own"
    words: ClassVar[str] = "the region that the network draws; the decision sees no pixel outside of it"
    formula: ClassVar[str] = "a second network sees the image inside of A alone"
    any_network = False
    several_labels = True
    looks_again = True
    range = "unit"
    map_names = ("region",)
    reaches = ("backbone", "source")

    def __init__(self, backbone: Extractor, *, cut: Fraction = 0.5) -> None:
        super().__init__(backbone)
        if not isinstance(backbone, Backbone):
            raise UserError("attention own_region", "needs a network that can be copied", "Use a backbone from the catalogue or from timm.")
        self.cut = cut
        self.score = nn.Sequential(nn.Conv2d(backbone.channels, _WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(_WIDTH, 1, 1))
        second = copy.deepcopy(backbone)
        second._modules.pop("second", None)
        backbone.add_module("second", second)  # so that it learns and rests as the backbone does
        self._second = (second,)

    def check(self, head: Head) -> None:
        if not isinstance(head, GapLinear):
            raise UserError("attention own_region", "needs a GAP head, which reads the second network", "Set head.kind to gap.")

    def logits(self, features: Features, head: Head) -> Tensor:
        return self._run(features, head)[0]

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        logits, region = self._run(features, head)
        return Look(logits, {"region": region}, {}, {"region": self.range})

    def _run(self, features: Features, head: Head) -> tuple[Tensor, Tensor]:
        assert features.images is not None
        region = in_float(self.score(features.last)).sigmoid()  # (B, 1, h, w)
        return head(self._second[0](shown(features.images, region.detach(), self.cut))), region
