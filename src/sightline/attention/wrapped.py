"""One's own network, of any kind, as backbone and head."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from sightline.attention.features import Features, as_map, shape_of
from sightline.attention.head import Head
from sightline.attention.tap import Tap, find_layer
from sightline.errors import UserError

PREFIXES = range(17)  # class and register tokens that a network may put first


class WrappedBackbone(nn.Module):
    """A whole classifier, whose features are the map of one of its layers.

    Args:
        module: from images to logits.
        layer: dotted name of the layer that counts as the last one.
        mean, std: normalisation of images in [0, 1], per channel; None: the module does that itself, or needs none.
        image_size: side of the images that it is tried with.
        channels_last: the layer puts out (B, h, w, K).

    Raises:
        UserError: no such layer, one without positions, or a module that does not put out (B, C).
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, module: nn.Module, layer: str, mean: Sequence[float] | None, std: Sequence[float] | None, image_size: int, channels_last: bool
    ) -> None:
        super().__init__()
        self.module, self.layer, self.channels_last = module, layer, channels_last
        self.register_buffer("mean", torch.tensor(mean or (0.0,)).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std or (1.0,)).view(1, -1, 1, 1))
        self.to(next(module.parameters()).device)
        self.image_size = image_size
        found = self.tried()
        if not isinstance(found.raw, Tensor) or found.raw.ndim != 2:
            raise UserError(type(module).__name__, "does not put out logits (B, C)", "Wrap a classifier.")
        self.channels, self.classes = found.last.shape[1], found.raw.shape[1]

    def forward(self, images: Tensor, taps: Sequence[str] = (), *, cut: bool = False) -> Features:
        """As `Backbone.forward`; `raw` are the module's logits."""
        size = (images.shape[2], images.shape[3])
        with Tap(self.module, {self.layer, *taps}, cut=cut, layout=lambda out: as_map(out, size, PREFIXES, self.channels_last)) as tap:
            logits = self.module((images - self.mean) / self.std)
        return Features(tap.maps[self.layer], logits, size, {name: tap.maps[name] for name in taps})

    def tried(self, layers: tuple[str, ...] = ()) -> Features:
        """Features of one image of noise, in eval mode."""
        noise = torch.rand(1, 3, self.image_size, self.image_size, generator=torch.Generator().manual_seed(0))
        with torch.no_grad(), evaluating(self):
            return self(noise.to(self.mean.device), layers)

    def resolve(self, layer: str) -> str:
        """See `Backbone.resolve`; there are no aliases."""
        find_layer(self.module, layer)
        return layer

    def shapes(self, layers: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
        """(k, h, w) of the maps of layers."""
        return {name: shape_of(found) for name, found in self.tried(layers).taps.items()}

    def earlier_stages(self) -> tuple[str, ...]:
        """None that we know of."""
        return ()

    def score_layer(self) -> str:
        """The last layer is the one that the user named."""
        return "last"

    def last_linear(self) -> nn.Linear | None:
        """The linear layer that turns GAP of the last map into the logits; None if that is not how the module ends."""
        name = next((name for name, ends in self._ends().items() if ends), None)
        return None if name is None else self.module.get_submodule(name)  # type: ignore[return-value]

    def _ends(self) -> dict[str, bool]:
        """For each linear layer of the right shape: whether the logits are it over GAP. Tried on a copy whose weights are disturbed,
        since an untrained batch norm in between does nothing yet."""
        copied = copy.deepcopy(self)
        random = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for tensor in (*copied.module.parameters(), *copied.module.buffers()):
                if tensor.is_floating_point():
                    tensor.copy_(tensor * (1 + 0.1 * torch.rand(tensor.shape, generator=random).to(tensor)) + 0.01)
            found = copied.tried()
            pooled, close = found.last.mean((2, 3)), 1e-3 * found.raw.abs().max()
            linear = {name: m for name, m in copied.module.named_modules() if isinstance(m, nn.Linear) and m.in_features == self.channels}
            fits = {name: m(pooled) for name, m in linear.items() if m.out_features == self.classes}
        return {name: bool((logits - found.raw).abs().max() <= close) for name, logits in fits.items()}


class WrappedHead(Head):
    """Passes on the logits that the wrapped module computed.

    Args:
        classes: number of logits.
        linear: the module's last layer, if it is known to be linear over GAP of the last map.
    """

    def __init__(self, classes: int, linear: nn.Linear | None) -> None:
        super().__init__()
        self.classes = classes
        self._linear = (linear,)  # in a tuple, so that it is not registered: its weights belong to the wrapped module

    def forward(self, features: Features) -> Tensor:
        return features.raw

    def class_weights(self) -> Tensor | None:
        return None if self._linear[0] is None else self._linear[0].weight


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Eval mode for a while; afterwards every part has its own mode again."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode
