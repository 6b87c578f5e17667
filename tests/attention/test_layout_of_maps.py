"""How the output of a layer is laid out: channels first or last, tokens, or no map at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from own_networks import SIZE, Net, images, refused
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn
from torchvision.models.swin_transformer import SwinTransformer, SwinTransformerBlockV2

from sightline.attention.classifier import wrap


def swin() -> nn.Module:
    return SwinTransformer([4, 4], 8, [1, 1], [2, 2], [4, 4], num_classes=3, block=SwinTransformerBlockV2).eval()


def scaled(maps: Tensor) -> Tensor:
    low, high = maps.amin((2, 3), keepdim=True), maps.amax((2, 3), keepdim=True)
    return (maps - low) / (high - low + 1e-7)


@pytest.mark.parametrize("layer", ["features.3", "norm", "features.1.0.mlp"])
def test_channels_last_is_recognised_and_the_map_is_that_of_others(layer: str) -> None:
    net, target = swin(), torch.tensor([0, 2])
    found = wrap(net, layer, image_size=SIZE).look(images(), target).maps["gradcam"]
    part = net.get_submodule(layer)
    side = 8 if layer == "features.3" or layer == "norm" else 16
    assert found.shape == (2, 1, side, side)
    theirs = GradCAM(net, [part], reshape_transform=lambda x: x.permute(0, 3, 1, 2))
    shown = theirs(images(), [ClassifierOutputTarget(int(c)) for c in target])
    # pytorch-grad-cam scales each map to [0, 1], before it enlarges it and after
    ours = scaled(torch.nn.functional.interpolate(scaled(found.relu()), size=(SIZE, SIZE), mode="bilinear"))
    torch.testing.assert_close(ours[:, 0], torch.from_numpy(shown), atol=0.01, rtol=0)


class Tokens(nn.Module):
    """Tokens of 16 x 16 pixels behind some others, mixed a little, in one of several orders."""

    def __init__(self, order: str, others: int = 0, width: int = 6, patch: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        self.others = nn.Parameter(torch.randn(1, others, width))
        self.mix, self.layer, self.fc, self.order = nn.Linear(width, width), nn.Identity(), nn.Linear(width, 3), order

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.others.expand(len(x), -1, -1), tokens], 1)
        tokens = self.mix(tokens) + 0.1 * tokens.mean(1, keepdim=True)  # (B, N, K)
        turn = {"tokens": (0, 1, 2), "tokens first": (1, 0, 2), "tokens last": (0, 2, 1)}[self.order]
        back = [turn.index(i) for i in range(3)]
        return self.fc(self.layer(tokens.permute(turn)).permute(back).mean(1))


@pytest.mark.parametrize("order", ["tokens", "tokens first", "tokens last"])
@pytest.mark.parametrize("others", [0, 1])
def test_tokens_are_recognised_in_every_order(order: str, others: int) -> None:
    # as many channels as tokens, and as many as another grid has: the shape alone does not tell
    for width in (16, 17, 9, 49):
        net = Tokens(order, others, width).eval()
        found = wrap(net, "layer", image_size=SIZE).look(images(), torch.tensor([1, 1])).maps["gradcam"]
        expected = wrap(Tokens("tokens", others, width), "layer", image_size=SIZE)
        expected.backbone.module.load_state_dict(net.state_dict())
        torch.testing.assert_close(found, expected.eval().look(images(), torch.tensor([1, 1])).maps["gradcam"])
        assert found.shape == (2, 1, 4, 4)


@pytest.mark.parametrize("others", [1, 2, 5, 16])
def test_class_and_register_tokens_are_left_out(others: int) -> None:
    net = Tokens("tokens", others).eval()
    classifier = wrap(net, "layer", image_size=SIZE)
    assert classifier.backbone._layouts["layer"].prefix == others
    assert classifier.look(images(size=128)).maps["gradcam"].shape == (2, 1, 8, 8)  # of another size than it was tried with


class Queries(nn.Module):
    """Sixteen vectors that belong to no place, each a mean over the image."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.layer, self.fc = nn.Conv2d(3, 16 * 5, 8, stride=8), nn.Identity(), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.layer(self.conv(x).mean((2, 3)).unflatten(1, (16, 5)) + 0 * x.mean()).mean(1))


def test_vectors_that_belong_to_no_place_are_no_map() -> None:
    torch.manual_seed(0)
    net = Queries()
    net.conv.weight.data[5:] = net.conv.weight.data[:5].repeat(15, 1, 1, 1)
    refused("is not a map: a change in one corner of the image changes all of its tokens alike", net, "layer")


class Shaped(nn.Module):
    """A layer that puts out some shape, made of its feature map (B, 6, 8, 8)."""

    def __init__(self, shape: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.conv, self.layer, self.fc = nn.Conv2d(3, 6, 8, stride=8), Make(shape), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        found = self.conv(x)
        shaped = self.layer(found)
        first = shaped[0] if isinstance(shaped, tuple) else shaped
        return self.fc(found.mean((2, 3))) + 0 * first.sum()


class Make(nn.Module):
    def __init__(self, shape: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Any:
        return self.shape(x)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (lambda x: x.mean((2, 3), keepdim=True), "has a single position"),
        (lambda x: x.mean((2, 3)), "cannot be laid out as a map"),
        (lambda x: x.flatten(0, 1), "cannot be laid out as a map"),  # windows or heads beside the images
        (lambda x: x.flatten(2)[:, :, :47], "is not a map"),
        (lambda x: x.unflatten(1, (3, 2)), "cannot be laid out as a map"),
        (lambda x: x.flatten(2).unflatten(2, (4, 16)), "cannot be laid out as a map"),  # heads, tokens and channels
        (lambda x: (x, x), "returns a tuple, not one tensor"),
        (lambda x: {"x": x}, "returns a dict, not one tensor"),
        (lambda x: x.sum(), "cannot be laid out as a map"),
        (lambda x: 1 * x, "the gradient of the logits is zero at every position"),  # it is multiplied by zero
    ],
)
def test_layers_without_a_map_are_refused(shape: Callable[[Tensor], Any], message: str) -> None:
    net = Shaped(shape)
    if message.startswith("returns a dict"):
        net.forward = lambda x: net.layer(net.conv(x))["x"].mean((2, 3))  # type: ignore[method-assign]
    refused(message, net, "layer")


def test_the_user_can_say_where_the_channels_are() -> None:
    net = Net()
    net.conv = nn.Conv2d(3, 6, (3, 3), stride=(4, 16))
    refused("cannot be laid out as a map", net, "act")
    assert wrap(net, "act", image_size=SIZE, channels_last=False).look(images()).maps["gradcam"].shape == (2, 1, 16, 4)


def test_layers_inside_the_short_cut_of_a_transformer_are_seen() -> None:
    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(3, 16, 16, stride=16)
            self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
            self.fc = nn.Linear(16, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.encoder(self.patches(x).flatten(2).transpose(1, 2)).mean(1))

    net = Encoder().eval()
    found = wrap(net, "encoder.layers.1.norm1", image_size=SIZE)
    with torch.no_grad():
        assert found.look(images()).maps["gradcam"].shape == (2, 1, 4, 4)
    assert torch.backends.mha.get_fastpath_enabled()
