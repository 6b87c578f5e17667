"""The U-Net: its encoder's weights, its input, its file."""

from __future__ import annotations

import json

import pytest
import timm
import torch
from safetensors.torch import save_file

from sightline.errors import UserError
from sightline.pseudo.segmenter import Segmenter, load_segmenter


@pytest.mark.parametrize("encoder", ["test_resnet", "test_convnext"])  # the second one's pyramid has names of its own
def test_the_encoder_starts_from_a_file_with_timms_names(encoder, tmp_path):
    published = timm.create_model(encoder).eval()
    path = tmp_path / "published.safetensors"
    save_file(published.state_dict(), path)
    segmenter = Segmenter(encoder, str(path)).eval()
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        deepest = segmenter.net.encoder(images)[-1]
        expected = published.forward_intermediates(images, intermediates_only=True)[-1]
    torch.testing.assert_close(deepest, expected)


def test_a_file_of_another_network_is_refused(tmp_path):
    save_file(timm.create_model("test_efficientnet").state_dict(), tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="is not of test_resnet"):
        Segmenter("test_resnet", str(tmp_path / "other.safetensors"))


def test_images_are_normalised_as_in_the_encoders_pretraining():
    segmenter = Segmenter("test_resnet").eval()
    seen = []
    segmenter.net.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    published = timm.create_model("test_resnet").pretrained_cfg
    with torch.no_grad():
        logits = segmenter(torch.tensor(published["mean"]).view(1, 3, 1, 1).expand(1, 3, 64, 64))
    assert logits.shape == (1, 1, 64, 64)
    torch.testing.assert_close(seen[0], torch.zeros(1, 3, 64, 64))


def test_a_damaged_file_is_not_loaded(tmp_path):
    (tmp_path / "pseudo.json").write_text(json.dumps({"sha256": "0", "settings": {"encoder": "test_resnet"}}), encoding="utf-8")
    (tmp_path / "segmenter.safetensors").write_bytes(b"damaged")
    with pytest.raises(UserError, match="missing or damaged"):
        load_segmenter(tmp_path)
    with pytest.raises(UserError, match=r"holds no pseudo\.json"):
        load_segmenter(tmp_path / "elsewhere")
