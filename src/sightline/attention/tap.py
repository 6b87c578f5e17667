"""Records the outputs of layers of any network, without changing the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from sightline.attention.features import Restore
from sightline.errors import UserError, nearest


def find_layer(module: nn.Module, name: str) -> nn.Module:
    """The submodule of that dotted name.

    Raises:
        UserError: there is none; the nearest name is suggested.
    """
    known = dict(module.named_modules())
    known.pop("", None)
    if name not in known:
        raise UserError(f"layer {name!r}", f"{type(module).__name__} has no layer of this name", _suggestion(name, known))
    result: nn.Module = known[name]
    return result


def _suggestion(name: str, known: Iterable[str]) -> str:
    """The nearest name; the outermost layers where none is near, since networks have hundreds."""
    remedy = nearest(name, known)
    return remedy if remedy.startswith("Did") else nearest(name, [n for n in known if "." not in n])


@contextmanager
def out_of_inference_mode() -> Iterator[None]:
    """Turns the caller's inference mode into plain no-grad, in which a graph can be started. Elsewhere it does nothing."""
    if torch.is_inference_mode_enabled():
        with torch.inference_mode(False), torch.no_grad():
            yield
    else:
        yield


class Tap:
    """Records the outputs of named layers while it is open.

    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True))
    >>> with Tap(net, ["0"]) as tap:
    ...     _ = net(torch.rand(1, 3, 8, 8))
    >>> tap.maps["0"].shape
    torch.Size([1, 4, 6, 6])

    A layer that runs several times is recorded at its last run. What follows a tapped layer gets a copy, so that in-place
    operations (ReLU) change neither the record nor its gradient.

    Args:
        module: the network.
        layers: dotted names of submodules.
        cut: let the graph begin at the first tapped layer where nothing before it needs a gradient (frozen weights, or gradients
            disabled by the caller, inference mode included). Gradients then stay enabled until the tap closes: what comes after the
            layer builds a graph, what comes before it does not.
        layout: turns a layer's output, given its name, into what is recorded, and gives the way back; the network runs on from what is
            recorded.
    """

    def __init__(
        self,
        module: nn.Module,
        layers: Iterable[str],
        *,
        cut: bool = False,
        layout: Callable[[str, Tensor], tuple[Tensor, Restore]] = lambda _, output: (output, lambda found: found),
    ) -> None:
        self.maps: dict[str, Tensor] = {}
        self._layers = {name: find_layer(module, name) for name in layers}
        self._module = module
        self._cut, self._layout, self._stack = cut, layout, ExitStack()

    def __enter__(self) -> Tap:
        # a network may switch gradients off by itself, and on again after `take` has switched them on
        self._stack.callback(torch.set_grad_enabled, torch.is_grad_enabled())
        if self._cut:
            self._stack.enter_context(out_of_inference_mode())
        for name, layer in self._layers.items():
            self._stack.callback(layer.register_forward_hook(self._hook(name)).remove)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._stack.close()
        unseen = [name for name in self._layers if name not in self.maps]
        if kind is None and unseen:
            inside = any(isinstance(part, torch.jit.ScriptModule) for part in self._module.modules())
            why = ", or runs inside TorchScript, where it cannot be watched" if inside else ""
            raise UserError(f"layer {unseen[0]!r}", f"did not run{why}", "Name a layer that the images pass through.")

    def take(self, name: str, output: Tensor) -> Tensor:
        """Records an output, and gives what to go on with: the same numbers, on the graph behind the record."""
        found, restore = self._layout(name, output)
        if self._cut and not found.requires_grad:
            self._stack.enter_context(torch.enable_grad())
            # an inference tensor can never be part of a graph
            found = (found.clone() if found.is_inference() else found.detach()).requires_grad_()
        self.maps[name] = found
        return restore(found)

    def _hook(self, name: str) -> Callable[[nn.Module, Any, Any], Tensor]:
        def record(_layer: nn.Module, _inputs: Any, output: Any) -> Tensor:
            if not isinstance(output, Tensor):
                raise UserError(f"layer {name!r}", f"returns a {type(output).__name__}, not one tensor", "Name a layer inside it.")
            return self.take(name, output).clone()

        return record
