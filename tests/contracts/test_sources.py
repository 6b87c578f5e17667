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
from sightline.testing.contract import carry_out

FAMILIES: dict[str, dict[str, Any]] = {  # besides the two smallest networks of timm, on which everything is checked
    "vgg11": {},
    "resnet18": {"stride": 8},
    "test_efficientnet": {},
    "mobilenetv2_035": {},
    "test_convnext": {},
    "cnn4": {},
}
SOURCES = sorted(catalog.places("attention"))


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("network", source.NETWORKS)
def test_keeps_its_contract(name: str, network: str) -> None:
    source.check_attention_source(catalog.find("attention", name), {network: source.NETWORKS[network]})


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("network", FAMILIES)
def test_maps_and_gradients_are_as_promised_on_every_family_of_networks(name: str, network: str) -> None:
    kind, settings = catalog.find("attention", name), Settings(name=network, **FAMILIES[network])
    for case in source.cases(kind, settings):
        carry_out(source.OF_EVERY_NETWORK, case, f"{name} {case} on {network}")


@pytest.mark.parametrize("name", SOURCES)
def test_works_on_a_wrapped_module_or_says_why_not(name):
    kind = catalog.find("attention", name)
    net = nn.Sequential(nn.Conv2d(3, 8, 3, stride=4), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))
    try:
        found = wrap(net.eval(), "1", source=name, image_size=source.SIZE)
    except UserError:
        assert not kind.any_network
        return
    assert kind.any_network
    look = found.look(source.images(), torch.tensor([1, 2]), every=True)
    torch.testing.assert_close(look.logits, net(source.images()))
    assert tuple(look.maps) == found.map_names
    for attention in look.maps.values():
        attention.square().sum().backward(retain_graph=True)
        assert net[0].weight.grad.abs().sum() > 0
    assert source.hooks(found) == 0
