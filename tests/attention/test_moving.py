from __future__ import annotations

import pytest
from own_networks import SIZE, Net, images, refused, vit
from torch import nn

from sightline.attention.classifier import wrap


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
