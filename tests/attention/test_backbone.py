from __future__ import annotations

import copy

import pytest
import timm
import torch
from backbones import backbone

from sightline.errors import UserError


@pytest.mark.parametrize(
    ("name", "channels", "side", "stride"),
    [("test_resnet", 96, 2, 32), ("test_vit", 64, 4, 16), ("test_efficientnet", 256, 2, 32), ("mambaout_femto", 288, 2, 32)],
)
def test_any_architecture_gives_channels_first_maps(name: str, channels: int, side: int, stride: int, images: torch.Tensor) -> None:
    found = backbone(name)
    assert found(images).last.shape == (2, channels, side, side)
    assert (found.channels, found.stride) == (channels, stride)


def test_images_are_normalised_as_in_pretraining(images: torch.Tensor) -> None:
    found = backbone()
    expected = found.net.forward_features((images - torch.tensor([0.5]).view(1, 1, 1, 1)) / 0.5)
    assert timm.get_pretrained_cfg("test_resnet").mean == (0.5, 0.5, 0.5)
    torch.testing.assert_close(found(images).last, expected)


def test_images_are_normalised_by_imagenets_values_as_a_rule() -> None:
    found = backbone("resnet18")
    torch.testing.assert_close(found.mean.flatten(), torch.tensor([0.485, 0.456, 0.406]))
    torch.testing.assert_close(found.std.flatten(), torch.tensor([0.229, 0.224, 0.225]))


def test_vit_map_holds_the_patch_tokens_in_place(images: torch.Tensor) -> None:
    found = backbone("test_vit")
    features = found(images)
    assert torch.equal(features.last[:, :, 1, 2], features.raw[:, 1 + 1 * 4 + 2])


def test_stride_cuts_the_network_after_the_stage(images: torch.Tensor) -> None:
    cut, whole = backbone(stride=8), backbone()
    cut.net.load_state_dict(whole.net.state_dict(), strict=False)
    features = whole(images, ["layer2"])
    torch.testing.assert_close(cut(images).last, features.taps["layer2"])
    assert (cut.stride, cut.channels) == (8, 48)
    assert sum(p.numel() for p in cut.parameters()) < 0.5 * sum(p.numel() for p in whole.parameters())
    assert not any(name.startswith("net.layer3") for name, _ in cut.named_parameters())


def test_stride_cuts_channels_last_networks_too(images: torch.Tensor) -> None:
    assert backbone("swin_tiny_patch4_window7_224", stride=8)(images, ["stride:4"]).last.shape[2:] == (8, 8)


def test_stride_of_the_whole_network_cuts_nothing() -> None:
    assert backbone("test_efficientnet", stride=32).channels == backbone("test_efficientnet").channels


def test_a_stride_that_is_coarser_than_the_network_cuts_nothing() -> None:
    found = backbone("test_vit", stride=32)
    assert (found.stride, len(found.stages)) == (16, len(backbone("test_vit").stages))


def test_stride_that_the_network_does_not_reach_is_refused() -> None:
    with pytest.raises(UserError, match=r"backbone.stride: test_vit cannot be cut at 8"):
        backbone("test_vit", stride=8)


def test_a_cut_network_has_no_own_head() -> None:
    with pytest.raises(UserError, match="no head of its own"):
        backbone(stride=8, own_head=True)


def test_output_stride_dilates(images: torch.Tensor) -> None:
    found = backbone(output_stride=8)
    assert found(images).last.shape == (2, 96, 8, 8)
    assert found.stride == 8


@pytest.mark.parametrize("name", ["vgg11", "test_vit", "mambaout_femto"])
def test_output_stride_where_timm_has_none_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"backbone.output_stride: "):
        backbone(name, output_stride=8)


def test_taps_by_name_and_by_stride(images: torch.Tensor) -> None:
    taps = backbone()(images, ["stride:8", "layer2", "layer3.0"]).taps
    assert torch.equal(taps["stride:8"], taps["layer2"])
    assert taps["layer3.0"].shape == (2, 192, 4, 4)


def test_taps_of_a_vit_are_maps_and_do_not_change_it(images: torch.Tensor) -> None:
    found = backbone("test_vit")
    features = found(images, ["blocks.1", "blocks.3.norm1"])
    assert features.taps["blocks.1"].shape == features.taps["blocks.3.norm1"].shape == (2, 64, 4, 4)
    assert torch.equal(features.last, found(images).last)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r'timm has no such model. Did you mean "resnet18"'):
        backbone("resnet_18")
    with pytest.raises(UserError, match=r'Did you mean "layer3"'):
        backbone().resolve("layer33")
    with pytest.raises(UserError, match=r"Known: stride:2, stride:4, stride:8, stride:16, stride:32\."):
        backbone().resolve("stride:64")
    with pytest.raises(UserError, match=r"Invalid pretrained tag"):
        backbone("resnet18.nobody_in1k")


def test_image_size_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UserError, match=r"data.image_size 50: test_vit cannot take images of this size. Try 64\."):
        backbone("test_vit", size=50)


def test_no_stochastic_depth_unless_asked_for() -> None:
    def rates(found: torch.nn.Module) -> set[float]:
        return {m.drop_prob for m in found.modules() if isinstance(m, timm.layers.DropPath)}

    name = "focalnet_tiny_srf"
    assert max(rates(timm.create_model(name, num_classes=0))) > 0.09, "else the next line says nothing"
    assert rates(backbone(name, size=None)) == {0.0}
    assert max(rates(backbone(drop_path=0.2))) == pytest.approx(0.2)
    with pytest.raises(UserError, match=r"backbone.drop_path: vgg11 does not support"):
        backbone("vgg11", drop_path=0.2)


def test_frozen_batch_norm_survives_train() -> None:
    """Pitfall 10: a blanket train() thaws frozen batch norm."""
    found = backbone(freeze_batchnorm=True)
    torch.nn.Sequential(found).train()
    before = copy.deepcopy(found.state_dict())
    found(torch.rand(4, 3, 64, 64))
    assert found.net.layer1.training
    assert all(torch.equal(before[key], value) for key, value in found.state_dict().items())


def test_batch_norm_learns_statistics_unless_frozen() -> None:
    found = backbone().train()
    before = found.net.bn1.running_mean.clone()
    found(torch.rand(4, 3, 64, 64))
    assert not torch.equal(found.net.bn1.running_mean, before)
