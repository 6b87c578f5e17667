"""The logits are found in what a network answers, whatever is put around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import torch
from own_networks import SIZE, Net, images, refused
from torch import Tensor, nn

from sightline.attention.classifier import wrap


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


def test_what_is_put_around_a_network_is_taken_off() -> None:
    plain, target = Net().eval(), torch.tensor([0, 1])
    expected = wrap(plain, "act", image_size=SIZE).look(images(), target).maps
    parallel, compiled = nn.DataParallel(plain), torch.compile(plain, backend="eager")
    for net in (parallel, compiled, torch.compile(parallel, backend="eager")):
        for layer in ("act", "module.act", "_orig_mod.act"):
            torch.testing.assert_close(wrap(net, layer, image_size=SIZE).look(images(), target).maps, expected)
