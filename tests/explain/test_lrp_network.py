"""A classifier rewritten for layer-wise relevance propagation."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from sightline.errors import UserError
from sightline.explain.lrp_network import rewritten

IMAGES = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def chain(*between: nn.Module) -> nn.Sequential:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), *between, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )
    network[1].running_mean.normal_()
    network[1].running_var.uniform_(0.5, 2)
    return network


def test_batch_norm_becomes_part_of_its_convolution_and_the_logits_stay() -> None:
    network = chain()
    made = rewritten(network, IMAGES)
    assert isinstance(made[1], nn.Identity)
    assert made[0].bias is not None
    torch.testing.assert_close(made(IMAGES), network.eval()(IMAGES), rtol=1e-4, atol=1e-5)


def test_the_copy_is_in_eval_mode_in_float32_and_changes_no_value_in_its_place() -> None:
    network = chain(nn.Dropout(0.5)).double().train()
    made = rewritten(network, IMAGES.double())
    assert not made.training
    assert {parameter.dtype for parameter in made.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in made.parameters())
    assert made[2].inplace is False
    assert network[2].inplace is True
    assert network.training
    assert isinstance(network[1], nn.BatchNorm2d)
    assert network[0].weight.dtype == torch.float64
    assert not any(layer._forward_hooks for layer in made.modules())


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (chain(nn.Sigmoid()), r"layer '3': is of the type Sigmoid, which method lrp does not support\. Use integrated-gradients"),
        (nn.Sequential(nn.BatchNorm2d(3), *chain()), "layer '0': is a batch norm without a convolution before it"),
        (chain(nn.BatchNorm2d(4)), "layer '3': is a batch norm without a convolution before it"),
    ],
)
def test_the_layer_that_stands_in_the_way_is_named(network: nn.Module, said: str) -> None:
    with pytest.raises(UserError, match=said):
        rewritten(network, IMAGES)


def test_a_subclass_of_a_known_layer_may_compute_anything() -> None:
    class Doubled(nn.ReLU):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * 2

    with pytest.raises(UserError, match="is of the type Doubled"):
        rewritten(chain(Doubled()), IMAGES)


def test_what_cannot_be_copied_is_said_in_words() -> None:
    class Once(nn.Module):
        def __deepcopy__(self, memo: object) -> object:
            raise RuntimeError("only once")

    with pytest.raises(UserError, match="cannot be copied, which method lrp has to do"):
        rewritten(Once(), IMAGES)
