"""Backbones: any timm model, or one of the catalogue, that turns images into feature maps (B, K, h, w)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from sightline.attention.architecture import classifier_weights, drop_head, no_drop_path, on_meta, stages
from sightline.attention.features import Features, Restore, as_map, grey, shape_of
from sightline.attention.tap import Tap, find_layer
from sightline.attention.weights import create, load_weights
from sightline.config import Backbone as Settings
from sightline.errors import UserError
from sightline.settings import COLOUR


class Backbone(nn.Module):
    """Any timm model, or a network with the same methods, without its classifier. Images in [0, 1] are normalised as in its pretraining.

    Args:
        settings: section `backbone` of the recipe.
        own_head: keep the layers between features and classifier, for `OwnHead`; otherwise they are removed.
        dropout: dropout rate in these layers.
        image_size: side of the images, for architectures that are built for one size; None: the one they were published with.
        channels: C of the images. Pretrained weights of the first layer are adapted as timm does: for one channel those of red, green and
            blue are summed, for several they are repeated and scaled.

    Attributes:
        net: the network; layers are named as in it.
        channels: K of the last map.
        image_channels: C.
        stride: pixels per position of the last map.
        stages: (layer, stride) of each stage that timm lists, shallow to deep.

    Raises:
        UserError: an unknown name, an unsuitable weights file, or settings that contradict each other.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, settings: Settings, *, own_head: bool = False, dropout: float = 0, image_size: int | None = None, channels: int = COLOUR
    ) -> None:
        super().__init__()
        self.settings, self.own_head, self.image_channels = settings, own_head, channels
        options = {"output_stride": settings.output_stride, "drop_path_rate": settings.drop_path, "drop_rate": dropout}
        asked = {key: value for key, value in options.items() if value}
        net: Any = create(settings.name, settings.weights == "imagenet", image_size, channels, **asked)
        if not settings.drop_path:
            no_drop_path(net)
        published: dict[str, Any] = net.pretrained_cfg
        names = set(net.state_dict()) | classifier_weights(net)
        self.net, self._size = net, published["input_size"][1:]
        self.stages = stages(net)
        self._cut_at = self._find_cut()
        if self._cut_at is not None:
            net.prune_intermediate_layers([self._cut_at], prune_norm=True, prune_head=True)
            self.stages = self.stages[: self._cut_at + 1]
        elif not own_head:
            drop_head(net, self._size, channels)
        if settings.weights not in ("none", "imagenet"):
            load_weights(Path(settings.weights), net, settings.name, also=names)
        for key, own in (("mean", settings.mean), ("std", settings.std)):
            self.register_buffer(key, torch.tensor(per_channel(own or published[key], channels)).view(1, -1, 1, 1))
        self._fit(image_size)
        self.channels, self.stride = self.shapes(("last",))["last"][0], self.stages[-1][1]
        if settings.output_stride not in (None, self.stride):
            raise UserError("backbone.output_stride", f"{settings.name} cannot be dilated to it", "Leave it out, or set backbone.stride.")

    def forward(self, images: Tensor, taps: Sequence[str] = (), *, cut: bool = False) -> Features:
        """Features of images in [0, 1].

        Args:
            images: (B, C, H, W); where C is 1, (B, 3, H, W), too, whose brightness is taken.
            taps: layers whose maps are wanted as well: dotted names, or `stride:8` for the last stage of that stride.
            cut: let the graph begin at the first of them, or at the last map, where nothing before it needs a gradient (see `Tap`).

        Raises:
            UserError: no such layer, or one without positions.
        """
        size = (images.shape[2], images.shape[3])
        if self.image_channels == 1 and images.shape[1] == COLOUR:
            images = grey(images)
        names = {tap: self.resolve(tap) for tap in taps}
        with Tap(self.net, set(names.values()), cut=cut, layout=lambda _, output: self._as_map(output, size)) as tap:
            raw = tap.take("last", self.raw((images - self.mean) / self.std))
        return Features(tap.maps["last"], raw, size, {name: tap.maps[layer] for name, layer in names.items()}, images)

    def pool(self, raw: Tensor) -> Tensor:
        """What the architecture's own classifier would get, from `Features.raw`: (B, K)."""
        result: Tensor = self.net.forward_head(raw, pre_logits=True).flatten(1)
        return result

    def pooled_channels(self) -> int:
        """Width of what `pool` gives."""
        copied = on_meta(self)
        return copied.pool(copied(self._example()).raw).shape[1]

    def resolve(self, layer: str) -> str:
        """The dotted name that `layer`, a dotted name or `stride:<pixels>`, stands for.

        Raises:
            UserError: there is no such layer; the nearest name is suggested.
        """
        kind, _, stride = layer.partition(":")
        if kind != "stride":
            find_layer(self.net, layer)
            return layer
        found = [name for name, pixels in self.stages if str(pixels) == stride]
        if not found:
            known = ", ".join(f"stride:{pixels}" for pixels in sorted({pixels for _, pixels in self.stages}))
            raise UserError(f"layer {layer!r}", f"{self.settings.name} has no stage of this stride", f"Known: {known}.")
        return found[-1]

    def shapes(self, layers: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
        """(k, h, w) of the maps of layers, `last` among them. Nothing is computed: a copy without numbers is run."""
        features = on_meta(self)(self._example(), [name for name in layers if name != "last"])
        maps = features.taps | {"last": features.last}
        return {name: shape_of(maps[name]) for name in layers}

    def earlier_stages(self) -> tuple[str, ...]:
        """The (at most) two stages before the last one, shallow to deep; in a network of one stride, a third and two thirds through."""
        finer = {pixels: name for name, pixels in self.stages if pixels < self.stride}  # the last name of each stride
        if finer:
            return tuple(finer[pixels] for pixels in sorted(finer)[-2:])
        names = [name for name, _ in self.stages]
        return tuple(names[len(names) * third // 3 - 1] for third in (1, 2) if len(names) > 2)

    def score_layer(self) -> str:
        """The last layer whose map decides the scores: `last`, but what enters the last block where a class token is read."""
        if not (self.own_head and getattr(self.net, "global_pool", None) == "token"):
            return "last"
        blocks = len(getattr(self.net, "blocks", ()))
        return self.resolve(f"blocks.{blocks - 1}.norm1")

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        if self.settings.freeze_batchnorm:
            for module in self.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def _example(self) -> Tensor:
        return torch.empty(1, self.image_channels, *self._size, device="meta")

    def _find_cut(self) -> int | None:
        """Index of the stage after which `settings.stride` cuts; None: nothing is cut."""
        wanted = self.settings.stride
        fine = [n for n, (_, pixels) in enumerate(self.stages) if wanted is None or pixels <= wanted]
        if fine and fine[-1] == len(self.stages) - 1:
            return None
        if not fine or not hasattr(self.net, "prune_intermediate_layers"):
            raise UserError("backbone.stride", f"{self.settings.name} cannot be cut at {wanted}", "Take a larger stride, or leave it out.")
        if self.own_head:
            raise UserError("backbone.stride", "a network that is cut has no head of its own", "Set head.kind to gap.")
        return fine[-1]

    def _fit(self, image_size: int | None) -> None:
        """Makes room for images of that size, and tries them."""
        if image_size is None:
            return
        self._size = (image_size, image_size)
        try:
            if hasattr(self.net, "set_input_size"):
                self.net.set_input_size(img_size=image_size)
            self.shapes(("last",))
        except (AssertionError, RuntimeError, ValueError) as error:
            where, remedy = f"data.image_size {image_size}", f"Try {32 * max(round(image_size / 32), 1)}."
            raise UserError(where, f"{self.settings.name} cannot take images of this size", remedy) from error

    def raw(self, x: Tensor) -> Any:
        """What the network makes of normalised images, in its own layout: the one call that `train.compile` compiles."""
        if self._cut_at is None:
            return self.net.forward_features(x)
        (last,) = self.net.forward_intermediates(x, indices=[self._cut_at], stop_early=True, intermediates_only=True)  # (B, K, h, w)
        return last.permute(0, 2, 3, 1) if self._channels_last() else last

    def _channels_last(self) -> bool:
        return getattr(self.net, "output_fmt", "NCHW") == "NHWC"

    def _as_map(self, output: Any, size: tuple[int, int]) -> tuple[Tensor, Restore]:
        if not isinstance(output, Tensor):
            raise UserError(f"backbone {self.settings.name}", "has no single feature map", "Take another backbone.")
        return as_map(output, size, (getattr(self.net, "num_prefix_tokens", 0), 0), self._channels_last())


def per_channel(values: Sequence[float], channels: int) -> Sequence[float]:
    """A mean or deviation for each channel: one value stands for all, and the mean of three (red, green, blue) for each of other channels.

    A grey picture in one channel gives a network with summed weights the same as three equal ones gave it, but for that mean.

    >>> per_channel((0.5,), 3), per_channel((0.25, 0.5, 0.75), 1)
    ((0.5, 0.5, 0.5), (0.5,))
    """
    if len(values) == channels:
        return tuple(values)
    return (sum(values) / len(values),) * channels
