"""Other people's networks: whatever they are made of and wrapped in, `wrap` shows where they look, or says in one line why it cannot."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import torch
from captum.attr import LayerGradCam
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn
from torchvision.models import VisionTransformer
from torchvision.models.swin_transformer import SwinTransformer, SwinTransformerBlockV2

from sightline.attention.classifier import wrap
from sightline.errors import UserError

SIZE = 64


class Net(nn.Module):
    """A small classifier whose answer is put into any form."""

    def __init__(self, channels: int = 3, form: Callable[[Tensor], Any] = lambda logits: logits) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 6, 3, stride=8)
        self.norm = nn.BatchNorm2d(6)
        self.act = nn.ReLU(inplace=True)
        self.fc = nn.Linear(6, 3)
        self.form = form

    def forward(self, x: Tensor) -> Any:
        return self.form(self.fc(self.act(self.norm(self.conv(x))).mean((2, 3))))


def swin() -> nn.Module:
    return SwinTransformer([4, 4], 8, [1, 1], [2, 2], [4, 4], num_classes=3, block=SwinTransformerBlockV2).eval()


def vit() -> VisionTransformer:
    net = VisionTransformer(SIZE, 16, 2, 2, 16, 32, num_classes=3).eval()
    nn.init.normal_(net.heads.head.weight)  # zero as it comes
    return net


def images(channels: int = 3, size: int = SIZE) -> Tensor:
    return torch.rand(2, channels, size, size, generator=torch.Generator().manual_seed(1))


def refused(match: str, *args: Any, **options: Any) -> str:
    with pytest.raises(UserError, match=match) as error:
        wrap(*args, **{"image_size": SIZE} | options)
    assert "\n" not in str(error.value)
    return str(error.value)


# ---- how layers are laid out


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


def test_maps_of_a_transformer_are_grad_cam_over_the_tokens_of_places() -> None:
    net, target, layer = vit(), torch.tensor([2, 0]), "encoder.layers.encoder_layer_1.ln_1"
    found = wrap(net, layer, image_size=SIZE).look(images(), target).maps["gradcam"]
    part = net.get_submodule(layer)
    kept: dict[str, Tensor] = {}
    hook = part.register_forward_hook(lambda _, __, output: kept.update(out=output.requires_grad_()))
    scores = net(images()).gather(1, target[:, None]).sum()
    hook.remove()
    (gradient,) = torch.autograd.grad(scores, kept["out"])
    # grad-CAM by hand over the sixteen tokens that belong to places: the first is the class token
    weights, tokens = gradient[:, 1:].mean(1), kept["out"][:, 1:]
    torch.testing.assert_close(found.flatten(1), torch.einsum("bk,bnk->bn", weights, tokens))


def test_maps_of_convolutions_are_those_of_captum() -> None:
    net, target = Net().eval(), torch.tensor([2, 0])
    found = wrap(net, "norm", image_size=SIZE).look(images(), target).maps["gradcam"]
    theirs = LayerGradCam(net, net.norm).attribute(images(), target)
    torch.testing.assert_close(found, theirs)


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


# ---- layers that do not matter


@pytest.mark.parametrize("layer", ["encoder.ln", "encoder", "encoder.layers", "encoder.layers.encoder_layer_1"])
def test_a_layer_from_which_only_the_class_token_goes_on_is_refused_with_a_better_one(layer: str) -> None:
    message = refused("the gradient of the logits is zero at every position of its output", vit(), layer)
    assert "Name 'encoder.layers.encoder_layer_1.ln_1'" in message
    assert wrap(vit(), "encoder.layers.encoder_layer_1.ln_1", image_size=SIZE).look(images()).maps["gradcam"].abs().max() > 0


def test_an_untrained_last_layer_of_zeros_is_no_reason_to_refuse() -> None:
    net = Net()
    nn.init.zeros_(net.fc.weight)
    assert wrap(net, "act", image_size=SIZE).look(images()).maps["gradcam"].shape == (2, 1, 8, 8)


def test_other_sources_do_without_a_gradient() -> None:
    assert wrap(vit(), "encoder.ln", source="decoder", image_size=SIZE).look(images()).maps["decoder"].shape[:2] == (2, 1)
    assert wrap(vit(), "encoder.ln", source="none", image_size=SIZE).look(images()).maps == {}


# ---- what is put around the logits


@dataclass
class Answer:
    logits: Tensor
    hidden: Tensor | None = None


class Pair(NamedTuple):
    first: Tensor
    second: Tensor


@pytest.mark.parametrize(
    "form",
    [
        lambda x: {"logits": x, "other": x},
        lambda x: {"out": x, "features": x[:, :, None]},
        lambda x: (x,),
        lambda x: [x, None],
        lambda x: (x, x[:, :, None, None].expand(-1, -1, 4, 4)),
        lambda x: Answer(x),
        lambda x: SimpleNamespace(logits=x, loss=None),
        lambda x: Pair(x, x.argmax(1)),
        lambda x: x[:, :, None, None],
    ],
)
def test_logits_are_found_in_what_a_network_answers(form: Callable[[Tensor], Any]) -> None:
    net = Net(form=form).eval()
    found, plain = wrap(net, "act", image_size=SIZE), Net().eval()
    plain.load_state_dict(net.state_dict())
    look = found.look(images(), torch.tensor([0, 1]))
    torch.testing.assert_close(look.logits, plain(images()))
    torch.testing.assert_close(look.maps, wrap(plain, "act", image_size=SIZE).look(images(), torch.tensor([0, 1])).maps)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (lambda x: (x, x), "returns 2 tensors that could be the logits"),
        (lambda x: Pair(x, 2 * x), "returns 2 tensors that could be the logits"),
        (lambda x: x.argmax(1), r"does not return logits \(B, C\) but \(2,\)"),
        (lambda x: x[:, 0], "does not return logits"),
        (lambda x: x.round().long(), "does not return logits"),
        (lambda x: x.tolist(), "does not return logits .* but list"),
        (lambda x: None, "does not return logits .* but NoneType"),
        (lambda x: {}, "does not return logits .* but dict"),
        (lambda x: 1 / 0, "does not take images .*division by zero"),
    ],
)
def test_other_answers_are_refused(form: Callable[[Tensor], Any], message: str) -> None:
    refused(message, Net(form=form), "act")


# ---- what networks are made of


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("source", ["gradcam", "cam", "decoder"])
def test_networks_of_other_precision(dtype: torch.dtype, source: str) -> None:
    plain = Net().eval()
    net = copy.deepcopy(plain).to(dtype)
    layer = "act" if source == "cam" else "norm"
    if source == "cam":
        found, expected = (wrap(n, layer, source=source, image_size=SIZE).look(images(), torch.tensor([0, 1])) for n in (net, plain))
        torch.testing.assert_close(found.maps["cam"].float(), expected.maps["cam"], atol=0.05, rtol=0.05)
    elif source == "gradcam":
        found, expected = (wrap(n, layer, image_size=SIZE).look(images(), torch.tensor([0, 1])) for n in (net, plain))
        torch.testing.assert_close(found.maps["gradcam"].float(), expected.maps["gradcam"], atol=1e-3, rtol=0.05)
    else:
        found = wrap(net, layer, source=source, image_size=SIZE).look(images())
    assert found.logits.dtype in (torch.float32, torch.float64)


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_images_of_other_channels(channels: int) -> None:
    found = wrap(Net(channels).eval(), "act", image_size=SIZE)
    assert found.backbone.image_channels == channels
    assert found.look(images(channels)).maps["gradcam"].shape == (2, 1, 8, 8)


def test_a_grey_network_takes_colour_images_by_their_luma() -> None:
    found, grey = wrap(Net(1).eval(), "act", image_size=SIZE), images(1)
    in_colour = found.look(grey.expand(-1, 3, -1, -1))
    torch.testing.assert_close(in_colour.logits, found.look(grey).logits)
    assert in_colour.maps["gradcam"].shape == (2, 1, 8, 8)


def test_weights_that_are_not_finite_are_refused() -> None:
    net = Net().eval()
    net.conv.weight.data[0, 0, 0, 0] = torch.nan
    refused("Net: returns NaN", net, "act")


@pytest.mark.parametrize("size", [(64, 96), (96, 64), 33])
def test_images_of_other_sizes(size: Any) -> None:
    height, width = (size, size) if isinstance(size, int) else size
    found = wrap(Net().eval(), "act", image_size=size).look(torch.rand(2, 3, height, width)).maps["gradcam"]
    assert found.shape[2:] == ((height - 3) // 8 + 1, (width - 3) // 8 + 1)


def test_a_size_that_a_network_cannot_take_is_named() -> None:
    refused(r"VisionTransformer: does not take images \(2, 3, 224, 224\).*image_size", vit(), "encoder.ln", image_size=224)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_under_no_grad_and_inference_mode(mode: Any) -> None:
    net = vit()
    layer, target = "encoder.layers.encoder_layer_1.ln_1", torch.tensor([0, 1])
    expected = wrap(net, layer, image_size=SIZE).look(images(), target).maps["gradcam"].detach()
    with mode():
        found = wrap(net, layer, image_size=SIZE).look(images(), target).maps["gradcam"]
        assert not torch.is_grad_enabled()
    torch.testing.assert_close(found, expected)
    assert torch.is_grad_enabled()


def test_networks_that_switch_gradients_off_by_themselves() -> None:
    class Quiet(Net):
        @torch.no_grad()
        def forward(self, x: Tensor) -> Any:
            return super().forward(x)

    net, target = Quiet().eval(), torch.tensor([0, 1])
    plain = Net().eval()
    plain.load_state_dict(net.state_dict())
    found = wrap(net, "act", image_size=SIZE)
    assert torch.is_grad_enabled()
    look = found.look(images(), target)
    assert torch.is_grad_enabled()
    torch.testing.assert_close(look.maps, wrap(plain, "act", image_size=SIZE).look(images(), target).maps)

    class Sealed(Net):
        @torch.inference_mode()
        def forward(self, x: Tensor) -> Any:
            return super().forward(x)

    refused("gradient", Sealed(), "act")
    assert torch.is_grad_enabled()


def test_frozen_networks() -> None:
    net, target = Net().eval().requires_grad_(False), torch.tensor([0, 1])
    free = copy.deepcopy(net).requires_grad_(True)
    expected = wrap(free, "act", image_size=SIZE).look(images(), target).maps
    torch.testing.assert_close(wrap(net, "act", image_size=SIZE).look(images(), target).maps, expected)


def test_networks_without_parameters() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.AvgPool2d(8)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x).square().mean((2, 3)) @ torch.tensor([[1.0, 0], [0, 1], [1, 1]])

    found = wrap(Fixed(), "layer", image_size=SIZE).look(images(), torch.tensor([0, 1]))
    assert found.maps["gradcam"].shape == (2, 1, 8, 8)
    assert found.maps["gradcam"].abs().max() > 0


def test_a_network_in_training_is_left_as_it_was() -> None:
    net = nn.Sequential(Net(), nn.Dropout(0.5)).train()
    net[0].act.eval()
    before = copy.deepcopy(net.state_dict())
    wrap(net, "0.act", image_size=SIZE)
    assert [m.training for m in (net, net[0].norm, net[0].act, net[1])] == [True, True, False, True]
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())
    assert sum(len(m._forward_hooks) for m in net.modules()) == 0


def test_what_is_put_around_a_network_is_taken_off() -> None:
    plain, target = Net().eval(), torch.tensor([0, 1])
    expected = wrap(plain, "act", image_size=SIZE).look(images(), target).maps
    parallel, compiled = nn.DataParallel(plain), torch.compile(plain, backend="eager")
    for net in (parallel, compiled, torch.compile(parallel, backend="eager")):
        for layer in ("act", "module.act", "_orig_mod.act"):
            torch.testing.assert_close(wrap(net, layer, image_size=SIZE).look(images(), target).maps, expected)


def test_networks_with_compiled_parts() -> None:
    plain, target = Net().eval(), torch.tensor([0, 1])
    expected = wrap(plain, "act", image_size=SIZE).look(images(), target).maps
    whole = copy.deepcopy(plain)
    whole.compile(backend="eager")
    whole(images())  # compiled before it is wrapped
    torch.testing.assert_close(wrap(whole, "act", image_size=SIZE).look(images(), target).maps, expected)


def test_torchscript_is_refused() -> None:
    with torch.no_grad():
        traced = torch.jit.trace(Net().eval(), images())
    refused("is TorchScript, whose layers cannot be watched", traced, "act")
    refused("did not run, or runs inside TorchScript", nn.Sequential(traced), "0.act")


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


def test_a_layer_that_runs_twice_is_taken_at_its_last_run() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two, self.act, self.fc = nn.Conv2d(3, 6, 4, 4), nn.Conv2d(6, 6, 2, 2), nn.ReLU(), nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.act(self.two(self.act(self.one(x)))).mean((2, 3)))

    net, target = Twice().eval(), torch.tensor([0, 1])
    found = wrap(net, "act", image_size=SIZE).look(images(), target).maps["gradcam"]
    assert found.shape == (2, 1, 8, 8)
    torch.testing.assert_close(
        found, torch.einsum("bk,bkhw->bhw", net.fc.weight[target], net.act(net.two(net.act(net.one(images())))))[:, None] / 64
    )


# ---- mistakes


@pytest.mark.parametrize(
    ("layer", "options", "message"),
    [
        ("cnv", {}, 'Did you mean "conv"'),
        ("", {}, "has no layer of this name"),
        (3, {}, "has no layer of this name"),
        (None, {}, "has no layer of this name"),
        ("act", {"source": "gradcm"}, 'Did you mean "gradcam"'),
        ("act", {"source": "gates"}, "attention gates"),
        ("act", {"source": "mask"}, "mask attention: needs a GAP head"),
        ("act", {"source": "segment"}, "attention segment: needs a GAP head"),
        ("act", {"ordr": "first"}, 'Did you mean "order"'),
        ("act", {"std": (0, 1, 1)}, "std: .* does not belong to images in"),
        ("act", {"mean": (123.7, 116.3, 103.5)}, "mean: .* does not belong to images in"),
        ("act", {"mean": "imagenet"}, "mean: 'imagenet' is not a list of numbers"),
        ("act", {"mean": (0.5, 0.5)}, "Net: does not take images"),
        ("act", {"mean": (float("nan"),) * 3}, "does not belong to images in"),
        ("act", {"image_size": 0}, "image_size"),
        ("act", {"image_size": "64"}, "image_size"),
        ("act", {"image_size": (64, 64, 3)}, "image_size"),
    ],
)
def test_mistakes_are_one_line(layer: Any, options: dict[str, Any], message: str) -> None:
    refused(message, Net(), layer, **options)


@pytest.mark.parametrize("module", [None, "resnet18", {"weight": 3}, lambda x: x])
def test_what_is_no_module_is_refused(module: Any) -> None:
    refused("Give a torch.nn.Module", module, "act")
