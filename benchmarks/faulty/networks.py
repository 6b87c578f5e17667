"""Other people's networks: `sl.wrap` makes a map that is one, or refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn

from faulty.fault import Fault, Judge, Step, either, reads, refused

CLASSES = 3
LAYERS = "encoder.layers.encoder_layer"


def faults() -> list[Fault]:
    """A network each; the map has to have more than one place, to be finite and not constant, and to follow the image."""
    sound = reads("a map of")

    def fault(name: str, make: Callable[[], tuple[nn.Module, str]], judge: Judge, **options: object) -> Fault:
        return Fault("networks", name, partial(_build, make=make, options=options), judge)

    return [
        fault("a small CNN", _small, sound),
        fault("a small CNN by CAM", _small, sound, source="cam"),
        fault("resnet18", partial(_vision, "resnet18", "layer4"), sound),
        fault("swin_t, whose layers put channels last", partial(_vision, "swin_v2_t", "features.7"), either(sound, refused("channels"))),
        fault("vit_b_16, last layer", partial(_vision, "vit_b_16", f"{LAYERS}_11"), either(sound, refused("no position"))),
        fault("vit_b_16, last layer but one", partial(_vision, "vit_b_16", f"{LAYERS}_10"), sound),
        fault("a layer of 1 x 1", partial(_vision, "resnet18", "avgpool"), refused("single position")),
        fault("a layer without positions", partial(_vision, "resnet18", "fc"), refused("fc")),
        fault("a layer that does not exist", partial(_vision, "resnet18", "layer5"), refused("layer5", "layer4")),
        fault("no layer", partial(_vision, "resnet18", ""), refused("layer")),
        fault("one channel", _grey, either(sound, refused("channel"))),
        fault("bfloat16", lambda: (_small()[0].bfloat16(), "0"), either(sound, refused("bfloat16"))),
        fault("half", lambda: (_small()[0].half(), "0"), either(sound, refused("half"), refused("float16"))),
        fault("double", lambda: (_small()[0].double(), "0"), either(sound, refused("double"), refused("float64"))),
        fault("a dict of outputs", lambda: (Answers(_small()[0], "dict"), "inner.0"), either(sound, refused("logits"))),
        fault("a tuple of outputs", lambda: (Answers(_small()[0], "tuple"), "inner.0"), either(sound, refused("logits"))),
        fault("a dataclass of outputs", lambda: (Answers(_small()[0], "dataclass"), "inner.0"), either(sound, refused("logits"))),
        fault("a dict without logits", lambda: (Answers(_small()[0], "other"), "inner.0"), refused("logits")),
        fault("a segmentation network", lambda: (nn.Sequential(nn.Conv2d(3, 4, 3)), "0"), refused("logits")),
        fault("TorchScript", lambda: (torch.jit.script(_small()[0]), "0"), either(sound, refused("torchscript"), refused("script"))),
        fault("a traced module", _traced, either(sound, refused("script"))),
        fault("no parameters", lambda: (Plain(), "pool"), either(sound, refused("parameter"), refused("gradient"))),
        fault("frozen parameters", lambda: (_small()[0].requires_grad_(False), "0"), sound),
        fault("inside no_grad", lambda: (Silent(_small()[0]), "inner.0"), either(sound, refused("no_grad"), refused("gradient"))),
        fault("a layer that is never called", lambda: (Unused(), "spare"), refused("spare")),
        fault("a layer that is called twice", lambda: (Twice(), "conv"), either(sound, refused("conv"))),
        fault("a layer that puts out a tuple", lambda: (Pair(), "pair"), either(sound, refused("pair"))),
        fault("a fixed input size", lambda: (Fixed(), "conv"), either(sound, refused("96"), refused("image_size")), image_size=64),
        fault("a network that raises", lambda: (Raising(), "conv"), refused("raising")),
        fault("NaN weights", lambda: (_broken(), "0"), refused("nan")),
        fault("something that is no module", lambda: (7, "0"), refused("module")),  # type: ignore[arg-type, return-value]
        fault("a source that does not exist", _small, refused("gradcm", "gradcam"), source="gradcm"),
    ]  # fmt: skip


def _build(folder: Path, make: Callable[[], tuple[nn.Module, str]], options: dict[str, object]) -> list[Step]:
    return [partial(_look, make=_Made(make), options=options)]


@dataclass(frozen=True)
class _Made:
    """Carries how a network is made to the child by the place of its fault, since functions without a name do not travel."""

    make: Callable[[], tuple[nn.Module, str]]

    def __reduce__(self) -> tuple[Callable[[int], _Made], tuple[int]]:
        makers = [fault.build.keywords["make"] for fault in faults()]  # type: ignore[attr-defined]
        codes = [getattr(m, "__code__", m) for m in makers]
        mine = getattr(self.make, "__code__", self.make)
        for place, code in enumerate(codes):
            if code is mine or (isinstance(mine, partial) and isinstance(code, partial) and code.args == mine.args):
                return _made, (place,)
        raise ValueError("the fault is not in the list")


def _made(place: int) -> _Made:
    return _Made(faults()[place].build.keywords["make"])  # type: ignore[attr-defined]


def _look(folder: Path, make: _Made, options: dict[str, object]) -> None:
    """Wraps, looks at two images, and says what kind of map came out; a map that cannot be one ends with status 3."""
    import sightline as sl

    torch.manual_seed(0)
    network, layer = make.make()
    before = [part.training for part in network.modules()] if isinstance(network, nn.Module) else []
    side = 224 if "VisionTransformer" in type(network).__name__ else 64
    classifier = sl.wrap(network, layer, **({"image_size": side} | options))  # type: ignore[arg-type]
    images = torch.rand(2, 3, side, side)
    look = classifier.look(images, torch.zeros(2, dtype=torch.long))
    found = next(iter(look.maps.values()))
    spread = found.float().flatten(1).std(1)
    good = found.shape[2] * found.shape[3] > 1 and bool(found.isfinite().all()) and bool((spread > 0).all())
    good = good and not torch.equal(found[0], found[1]) and look.logits.shape[0] == 2
    if not good or [part.training for part in network.modules()] != before:
        print(f"no map: shape {tuple(found.shape)}, spread {spread.tolist()}")
        raise SystemExit(3)
    print(f"a map of {found.shape[2]} x {found.shape[3]}")


def _small() -> tuple[nn.Module, str]:
    return nn.Sequential(nn.Conv2d(3, 8, 3, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES)), "1"


def _traced() -> tuple[nn.Module, str]:
    return torch.jit.trace(_small()[0], torch.rand(1, 3, 64, 64)), "0"


def _grey() -> tuple[nn.Module, str]:
    return nn.Sequential(nn.Conv2d(1, 8, 3, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES)), "1"


def _vision(name: str, layer: str) -> tuple[nn.Module, str]:
    network = torchvision.models.get_model(name, weights=None)
    if name.startswith("vit"):
        nn.init.normal_(network.heads.head.weight)  # torchvision begins with zeros, by which no image changes anything
    return network, layer


def _broken() -> nn.Module:
    network = _small()[0]
    with torch.no_grad():
        next(network.parameters()).fill_(float("nan"))
    return network


@dataclass
class Output:
    """As some libraries answer."""

    logits: Tensor


class Answers(nn.Module):
    """A classifier whose answer is not a plain tensor."""

    def __init__(self, inner: nn.Module, kind: str) -> None:
        super().__init__()
        self.inner, self.kind = inner, kind

    def forward(self, images: Tensor) -> object:
        logits = self.inner(images)
        return {"dict": {"logits": logits}, "tuple": (logits, images), "dataclass": Output(logits), "other": {"loss": logits.sum()}}[
            self.kind
        ]


class Plain(nn.Module):
    """A classifier by brightness, without parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(8)

    def forward(self, images: Tensor) -> Tensor:
        return self.pool(images).mean((2, 3))


class Silent(nn.Module):
    """A classifier that switches gradients off."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            return self.inner(images)


class Unused(nn.Module):
    """A classifier with a layer that it does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.spare = _small()[0], nn.Conv2d(3, 3, 1)

    def forward(self, images: Tensor) -> Tensor:
        return self.body(images)


class Twice(nn.Module):
    """A classifier that uses a layer twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.conv, self.last = nn.Conv2d(3, 8, 3, 4), nn.Conv2d(8, 8, 3, padding=1), nn.Linear(8, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(self.conv(self.conv(self.stem(images)).relu()).relu().mean((2, 3)))


class Halves(nn.Module):
    """A layer with two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 4)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        found = self.conv(images)
        return found, found.mean()


class Pair(nn.Module):
    """A classifier around `Halves`."""

    def __init__(self) -> None:
        super().__init__()
        self.pair, self.last = Halves(), nn.Linear(8, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(self.pair(images)[0].relu().mean((2, 3)))


class Fixed(nn.Module):
    """A classifier for images of 96 x 96 alone."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 2, 3, 8), nn.Linear(2 * 12 * 12, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(self.conv(images).flatten(1))


class Raising(nn.Module):
    """A classifier that fails."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, images: Tensor) -> Tensor:
        raise RuntimeError("it fails")
