"""Every attention source of the catalogue keeps its contract, on every family of backbones."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from sightline import catalog
from sightline.attention.classifier import wrap
from sightline.config import Backbone as Settings
from sightline.errors import UserError
from sightline.testing import source

NETWORKS: dict[str, dict[str, Any]] = {
    "vgg11": {},
    "resnet18": {},
    "resnet18-8": {"name": "resnet18", "stride": 8},
    "tf_efficientnetv2_b0": {},
    "mobilenetv2_050": {},
    "convnext_atto": {},
    "vit_tiny_patch16_224": {},
    "cnn4": {},
}
FEW = ("resnet18", "vit_tiny_patch16_224")
RUNS = [
    pytest.param(check, case, id=f"{check.__name__}-{name}-{case}-{network}")
    for name in sorted(catalog.places("attention"))
    for network, settings in NETWORKS.items()
    for case in source.cases(catalog.find("attention", name), Settings(**{"name": network} | settings))
    for check in (source.CHECKS if network in FEW else source.OF_EVERY_NETWORK)
]


@pytest.mark.parametrize(("check", "case"), RUNS)
def test_keeps_its_contract(check, case):
    check(case)


NEED_MORE = {"gates", "mask", "segment"}  # layers that are named, or a head of ours


@pytest.mark.parametrize("name", sorted(catalog.places("attention")))
def test_works_on_a_wrapped_module_or_says_why_not(name):
    net = nn.Sequential(nn.Conv2d(3, 8, 3, stride=4), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))
    try:
        found = wrap(net.eval(), "1", source=name, image_size=source.SIZE)
    except UserError:
        assert name in NEED_MORE
        return
    assert name not in NEED_MORE
    look = found.look(source.images(), torch.tensor([1, 2]), every=True)
    torch.testing.assert_close(look.logits, net(source.images()))
    assert tuple(look.maps) == found.map_names
    for attention in look.maps.values():
        attention.square().sum().backward(retain_graph=True)
        assert net[0].weight.grad.abs().sum() > 0
    assert source.hooks(found) == 0
