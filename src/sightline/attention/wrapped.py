"""The user's own network, of any kind, as backbone and head."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from sightline.attention.answer import as_written, bare, bare_name, logits_of
from sightline.attention.features import Features, Restore, grey, shape_of
from sightline.attention.head import Head
from sightline.attention.layout import Layout, layout_of
from sightline.attention.tap import Tap, find_layer, out_of_inference_mode
from sightline.errors import UserError


class WrappedBackbone(nn.Module):
    """A whole classifier, whose features are the map of one of its layers.

    Args:
        module: from images to logits, whatever it wraps them in, see `logits_of`.
        layer: dotted name of the layer that counts as the last one.
        mean, std: normalisation of images in [0, 1], per channel; None: the module does that itself, or needs none.
        image_size: side, or (height, width), of the images that it is tried with.
        channels_last: the layer puts out (B, h, w, K); None: find out.

    Attributes:
        image_channels: of the images that it takes.

    Raises:
        UserError: no such layer, one without positions, or a module that does not put out (B, C).
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        module: nn.Module,
        layer: str,
        mean: Sequence[float] | None,
        std: Sequence[float] | None,
        image_size: int | tuple[int, int],
        channels_last: bool | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(module, nn.Module):
            raise UserError("module", f"is a {type(module).__name__}", "Give a torch.nn.Module, with its weights loaded.")
        self.module, self.channels_last = bare(module), channels_last
        if isinstance(self.module, torch.jit.ScriptModule):
            raise UserError(self.title, "is TorchScript, whose layers cannot be watched", "Wrap the module that it was made from.")
        self.layer = layer if _is_layer(self.module, layer) else bare_name(str(layer))
        self.image_size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        find_layer(self.module, self.layer)
        device = next((tensor.device for tensor in _tensors(self.module)), torch.device("cpu"))
        with torch.inference_mode(False):  # an inference tensor can never be part of a graph
            for key, values, default in (("mean", mean, 0.0), ("std", std, 1.0)):
                self.register_buffer(key, _per_channel(key, values, default).to(device))
        self._layouts: dict[str, Layout] = {}
        self.image_channels = 3  # until it is known
        self.image_channels = self._find_channels()
        found = self.tried()
        if not (found.raw.isfinite().all() and found.last.isfinite().all()):
            raise UserError(self.title, "returns NaN or infinity", "Load weights that are finite.")
        self.channels, self.classes = found.last.shape[1], found.raw.shape[1]

    @property
    def size(self) -> tuple[int, int]:
        return (self.image_size[0], self.image_size[1])

    @property
    def title(self) -> str:
        return type(self.module).__name__

    def forward(self, images: Tensor, taps: Sequence[str] = (), *, cut: bool = False) -> Features:
        """As `Backbone.forward`; `raw` are the module's logits."""
        size = (images.shape[2], images.shape[3])
        names = {self.layer, *taps}
        for name in names - self._layouts.keys():
            self._find_layout(name)

        def layout(name: str, output: Tensor) -> tuple[Tensor, Restore]:
            return self._layouts[name].apply(output, size)

        with Tap(self.module, names, cut=cut, layout=layout) as tap:
            logits = self.answer(images)
        return Features(tap.maps[self.layer], logits, size, {name: tap.maps[name] for name in taps})

    def answer(self, images: Tensor) -> Tensor:
        """(B, C), of images in [0, 1], which get the precision of the weights."""
        dtype = next((tensor.dtype for tensor in _tensors(self.module)), images.dtype)
        if self.image_channels == 1 and images.shape[1] == 3:
            images = grey(images)
        with as_written(self.module):
            return logits_of(self.module(((images - self.mean) / self.std).to(dtype)), self.title)

    def noise(self, channels: int | None = None) -> Tensor:
        """Two images of noise that differ in their upper left quarter and nowhere else."""
        height, width = self.image_size
        random = torch.Generator().manual_seed(0)
        first = torch.rand(1, channels or self.image_channels, height, width, generator=random)
        second = first.clone()
        second[:, :, : height // 2, : width // 2] = torch.rand(second[:, :, : height // 2, : width // 2].shape, generator=random)
        return torch.cat([first, second]).to(self.mean.device)

    def tried(self, layers: tuple[str, ...] = ()) -> Features:
        """Features of two images of noise, in eval mode."""
        with out_of_inference_mode(), torch.no_grad(), evaluating(self):
            result: Features = self(self.noise(), layers)
            return result

    def _find_channels(self) -> int:
        """How many channels its images have: those of its first convolution, else three, else one."""
        said = max(self.mean.numel(), self.std.numel())
        first = next((part.in_channels for part in self.module.modules() if isinstance(part, nn.Conv2d)), 3)
        errors = []
        for channels in [said] if said > 1 else dict.fromkeys((first, 3, 1)):
            try:
                with out_of_inference_mode(), torch.no_grad(), evaluating(self):
                    self.answer(self.noise(channels))
            except UserError:
                raise
            except Exception as error:  # the code of other people: anything can go wrong in it
                errors.append((channels, error))
            else:
                return channels
        channels, first_error = errors[0]
        its_words = (str(first_error) or type(first_error).__name__).splitlines()[0].rstrip(".")
        reason = f"does not take images {(2, channels, *self.image_size)} ({its_words})"
        raise UserError(self.title, reason, "Give the image_size that it is made for.") from first_error

    def _find_layout(self, name: str) -> None:
        with out_of_inference_mode(), torch.no_grad(), evaluating(self), Tap(self.module, [name]) as tap:
            self.answer(self.noise())
        self._layouts[name] = layout_of(tap.maps[name], self.size, f"layer {name!r}", self.channels_last)

    def disturbed(self) -> WrappedBackbone:
        """A copy in float32 whose weights are disturbed, since layers of an untrained network often do nothing yet, or give zero.

        Raises:
            UserError: it cannot be copied.
        """
        try:
            copied = copy.deepcopy(self)
        except Exception as error:  # the code of other people
            raise UserError(self.title, f"cannot be copied ({str(error).splitlines()[0]})", "Give a plain module.") from error
        copied.module.float()
        random = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for tensor in _tensors(copied.module):
                tensor.copy_(tensor * (1 + 0.1 * torch.rand(tensor.shape, generator=random).to(tensor)) + 0.01)
        return copied

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
        copied = self.disturbed()
        with torch.no_grad():
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


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    """Its floating weights and buffers, those that have their size already."""
    found = chain(module.parameters(), module.buffers())
    return (tensor for tensor in found if not is_lazy(tensor) and tensor.is_floating_point())


def _is_layer(module: nn.Module, layer: str) -> bool:
    return layer in dict(module.named_modules())


def _per_channel(key: str, values: Sequence[float] | None, default: float) -> Tensor:
    """(1, K, 1, 1).

    Raises:
        UserError: no numbers, or numbers that belong to images in [0, 255].
    """
    try:
        found = torch.as_tensor(default if values is None else values, dtype=torch.float32).detach().clone().reshape(1, -1, 1, 1)
    except (TypeError, ValueError, RuntimeError):
        raise UserError(key, f"{values!r} is not a list of numbers", "Give one number for each channel.") from None
    low, high = (0.0, 1.0) if key == "mean" else (0.001, 10.0)
    if not found.numel() or not bool(((found >= low) & (found <= high)).all()):
        raise UserError(key, f"{found.flatten().tolist()} does not belong to images in [0, 1]", f"Give numbers from {low:g} to {high:g}.")
    return found


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
