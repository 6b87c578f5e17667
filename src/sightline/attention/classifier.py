"""A classifier with attention maps: backbone, head and attention source in one module."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from sightline import catalog
from sightline.attention.backbone import Backbone
from sightline.attention.head import GapLinear, Head, OwnHead
from sightline.attention.moving import require_gradient
from sightline.attention.source import Source
from sightline.attention.tap import out_of_inference_mode
from sightline.attention.wrapped import WrappedBackbone, WrappedHead
from sightline.config import Data
from sightline.errors import UserError
from sightline.recipe import Recipe
from sightline.types import Look


class GuidedClassifier(nn.Module):
    """A classifier that, in addition to logits, gives attention maps on request.

    Args:
        backbone: images to features.
        head: features to logits.
        source: computes the maps.

    Attributes:
        class_names: in the order of the logits, of a classifier from a run; None: nobody has said them.
        prepared: how the images of that run became its input, by which other pictures are prepared; None: nobody has said it.

    Raises:
        UserError: a head with which the source cannot work.
    """

    class_names: tuple[str, ...] | None = None
    prepared: Data | None = None

    def __init__(self, backbone: Backbone | WrappedBackbone, head: Head, source: Source) -> None:
        super().__init__()
        source.check(head)
        self.backbone, self.head, self.source = backbone, head, source

    @property
    def classes(self) -> int:
        """Number of logits."""
        return self.head.classes

    @property
    def image_channels(self) -> int:
        """Channels of the images; where it is 1, images of 3 are taken, too, and turned grey."""
        return self.backbone.image_channels

    @property
    def map_names(self) -> tuple[str, ...]:
        """Names of the maps in every `Look`."""
        return self.source.map_names

    @property
    def reaches(self) -> tuple[str, ...]:
        """Submodules with weights that a loss on a map must reach."""
        return tuple(name for name in self.source.reaches if any(True for _ in self.get_submodule(name).parameters()))

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W), or of `image_channels`, in [0, 1] -> logits (B, C). Maps are not computed."""
        return self.source.logits(self.backbone(images, self.source.logit_taps), self.head)

    def look(self, images: Tensor, target: Tensor | None = None, every: bool = False) -> Look:
        """Logits and maps, in one pass through the backbone.

        With gradients enabled, everything is on the graph. Without (`no_grad`, `inference_mode`) nothing is, and a map that is made of
        gradients builds a graph from its layer onwards only. In no case is a parameter's `.grad` touched.

        Args:
            images: (B, 3, H, W), or of `image_channels`, in [0, 1].
            target: (B,) the class explained in each image; None: the predicted one.
            every: also the maps of all classes, from sources that are class-specific.
        """
        with out_of_inference_mode(), self._differentiable_attention():
            features = self.backbone(images, self.source.taps, cut=self.source.needs_gradient)
            look = self.source.look(features, self.head, target, every)
        look.classifier = self
        return look if torch.is_grad_enabled() else _detached(look)

    def _differentiable_attention(self) -> AbstractContextManager[None]:
        """Fused attention cannot be differentiated twice; where that is needed, transformers compute it step by step."""
        twice = self.source.needs_second_order and torch.is_grad_enabled()
        return sdpa_kernel(SDPBackend.MATH) if twice else nullcontext()


def _detached(look: Look) -> Look:
    maps, every = ({name: found.detach() for name, found in group.items()} for group in (look.maps, look.every))
    return Look(look.logits.detach(), maps, every, look.ranges, look.classifier)


def build(recipe: Recipe, classes: int) -> GuidedClassifier:
    """Builds the classifier that a recipe describes, for the given number of classes.

    Raises:
        UserError: settings that do not fit each other.
    """
    own, dropout = recipe.head.kind == "own", recipe.head.dropout
    for name in ("hidden", "average_channels"):
        if own and getattr(recipe.head, name):
            raise UserError(f"head.{name}", "the network's own head has layers of its own", "Leave it out, or set head.kind to gap.")
    data, dropped = recipe.data, dropout if own else 0
    backbone = Backbone(recipe.backbone, own_head=own, dropout=dropped, image_size=data.image_size, channels=data.channels)
    source: Source = catalog.make("attention", recipe.attention.name, recipe.attention.options, backbone, where="attention")
    if own:
        head: Head = OwnHead(backbone.pool, backbone.pooled_channels(), classes, recipe.head.init)
    else:
        init = source.head_init if recipe.head.init == "default" else recipe.head.init
        head = GapLinear(source.head_channels, classes, recipe.head.hidden, dropout, init, recipe.head.average_channels)
    return GuidedClassifier(backbone, head, source)


def wrap(
    module: nn.Module,
    layer: str,
    *,
    source: str = "gradcam",
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    image_size: int | tuple[int, int] = 224,
    channels_last: bool | None = None,
    **options: Any,
) -> GuidedClassifier:
    """Turns your own classifier, any module from images to logits, into a guided classifier. The module is used directly, not copied.

    >>> import torch
    >>> from torch import nn
    >>> import sightline as sl
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    >>> sl.wrap(net, "0", source="cam", image_size=16).look(torch.rand(5, 3, 16, 16)).maps["cam"].shape
    torch.Size([5, 1, 14, 14])

    It is run once with two images of noise, in evaluation mode, which does not change it.

    Args:
        module: the classifier: from images (B, 3, H, W), or of another number of channels, to logits (B, C), which may be part of a
            dictionary, tuple or dataclass. Wrappers of `torch.compile` and `DataParallel` are removed.
        layer: dotted name of the layer whose map is used. Its output may be maps, channels-last maps or tokens.
        source: `gradcam`, `cam` (if only global average pooling and a linear layer follow the layer), `decoder` or `none`.
        mean, std: normalisation of images in [0, 1]; None: the module does that itself, or needs none.
        image_size: size of the images with which it is run, a side or (height, width).
        channels_last: whether the output of the layer is (B, h, w, K); None: detect it.
        **options: options of the source.

    Raises:
        UserError: no such layer, one without positions or from which no position goes on to the logits, a module that cannot be run, or a
            source that does not fit it.
    """
    backbone = WrappedBackbone(module, layer, mean, std, image_size, channels_last)
    linear = backbone.last_linear() if source == "cam" else None
    if source == "cam" and linear is None:
        raise UserError(f"layer {layer!r}", "more than GAP and one linear layer follows it", "Name the layer before GAP, or use gradcam.")
    with torch.inference_mode(False):
        made: Source = catalog.make("attention", source, options, backbone, where="wrap")
    if made.needs_gradient:
        for name in made.taps or (backbone.layer,):
            require_gradient(backbone, name)
    return GuidedClassifier(backbone, WrappedHead(backbone.classes, linear), made)
