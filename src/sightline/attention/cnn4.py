"""The small network of the feature-map paper: four blocks of two convolutions, trained from scratch (002-01, 002-02)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import Tensor, nn

from sightline.errors import UserError
from sightline.settings import COLOUR, BelowOne, Channels

FILTERS = (8, 16, 32, 64)
DENSE = (2056, 1024, 64)
_SMALLEST = 2 ** len(FILTERS)


class Cnn4(nn.Module):
    """Images (B, C, H, W) in [0, 1] to features (B, 64, H / 16, W / 16), and further to what its three dense layers make of them.

    The convolutions are `blocks.0.conv0` to `blocks.3.conv1`, numbers 0 to 7 of the paper. It answers to the same calls as a timm model.
    The kernel is 3 x 3 with padding 1, since the paper's size was lost; weights are drawn as He et al. (2015), since without batch norm
    PyTorch's own initialisation lets the signal fade. As printed, the first dense layer has 2056 units.

    Args:
        image_size: side of the images; the dense layers fit this one alone, the convolutions any.
        drop_rate: dropout before the output layer, which the paper does not mention.
        in_chans: C, the channels of the images.

    Raises:
        UserError: images too small to be halved four times.
    """

    def __init__(self, image_size: int = 224, *, drop_rate: BelowOne = 0, in_chans: Channels = COLOUR) -> None:
        super().__init__()
        if image_size < _SMALLEST:
            raise UserError(f"data.image_size {image_size}", "cnn4 cannot take images of this size", f"Take {_SMALLEST} or more.")
        size, first = (in_chans, image_size, image_size), "blocks.0.conv0"
        self.pretrained_cfg: dict[str, Any] = {"input_size": size, "mean": (0.0,) * 3, "std": (1.0,) * 3, "first_conv": first}
        self.feature_info = [{"module": f"blocks.{i}.pool", "num_chs": width, "reduction": 2 ** (i + 1)} for i, width in enumerate(FILTERS)]
        self.blocks = nn.Sequential(*(_block(a, b) for a, b in pairwise((in_chans, *FILTERS))))
        side = image_size // 2 ** len(FILTERS)
        layers = (layer for a, b in pairwise((FILTERS[-1] * side**2, *DENSE)) for layer in (nn.Linear(a, b), nn.ReLU()))
        self.dense: nn.Module = nn.Sequential(nn.Flatten(), *layers)
        self.dropout = nn.Dropout(drop_rate)
        self.apply(_initialise)

    def forward_features(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, K, h, w)."""
        result: Tensor = self.blocks(x)
        return result

    def forward_head(self, features: Tensor, pre_logits: bool = True) -> Tensor:
        """(B, 64, h, w) -> (B, 64), what the output layer gets."""
        result: Tensor = self.dropout(self.dense(features))
        return result

    def prune_intermediate_layers(self, indices: list[int], prune_norm: bool, prune_head: bool) -> None:
        """Cuts the network off after the stage of the last index."""
        del self.blocks[indices[-1] + 1 :]
        self.dense = nn.Identity()

    def forward_intermediates(self, x: Tensor, **_: Any) -> list[Tensor]:
        """The last map of a network that was cut, as timm's models give it."""
        return [self.forward_features(x)]


def _block(inside: int, outside: int) -> nn.Sequential:
    block = nn.Sequential()
    for i, width in enumerate((inside, outside)):
        block.add_module(f"conv{i}", nn.Conv2d(width, outside, 3, padding=1))
        block.add_module(f"relu{i}", nn.ReLU())
    block.add_module("pool", nn.MaxPool2d(2))
    return block


def _initialise(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        assert layer.bias is not None
        nn.init.zeros_(layer.bias)
