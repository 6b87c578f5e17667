"""Other people's networks: whatever they are made of and wrapped in, `wrap` shows where they look, or says in one line why it cannot."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from captum.attr import LayerGradCam
from own_networks import SIZE, Net, images, refused, vit
from torch import Tensor, nn

from sightline.attention.classifier import wrap


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


def test_a_mean_of_three_channels_says_that_images_have_three_whatever_the_first_convolution_takes() -> None:
    class TurnsGrey(Net):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x.mean(1, keepdim=True))

    found = wrap(TurnsGrey(1), "act", image_size=SIZE, mean=(0.1, 0.2, 0.3), std=(0.5, 0.5, 0.5))
    assert found.backbone.image_channels == 3
    assert wrap(TurnsGrey(1), "act", image_size=SIZE).backbone.image_channels == 1
