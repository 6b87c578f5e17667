"""Weights for a backbone from a file, from a run or from timm, or why they cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from backbones import backbone
from safetensors.torch import save_file

from sightline.errors import UserError


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A weights file as timm publishes them, with a classifier."""
    return _save(tmp_path / "weights.safetensors", timm.create_model("test_resnet", num_classes=10))


def _save(path: Path, net: torch.nn.Module) -> Path:
    save_file(net.state_dict(), path)
    return path


@pytest.mark.parametrize("settings", [{}, {"stride": 8}, {"own_head": True}])
def test_weights_of_a_file_are_used(published: Path, settings: dict[str, object], images: torch.Tensor) -> None:
    found = backbone(weights=str(published), **settings)
    torch.manual_seed(5)  # so that nothing but the file can make them equal
    again = backbone(weights=str(published), **settings)
    assert torch.equal(found(images).last, again(images).last)
    assert not torch.equal(found(images).last, backbone(**settings)(images).last)


def test_weights_of_a_run_are_used(tmp_path: Path, images: torch.Tensor) -> None:
    run = backbone()
    save_file(
        {f"backbone.{key}": value for key, value in run.state_dict().items()} | {"head.linear.bias": torch.ones(3)},
        tmp_path / "m.safetensors",
    )
    assert torch.equal(backbone(weights=str(tmp_path / "m.safetensors"))(images).last, run(images).last)


def test_weights_of_another_size_of_vit_are_resampled(tmp_path: Path, images: torch.Tensor) -> None:
    path = _save(tmp_path / "vit.safetensors", timm.create_model("test_vit"))
    assert backbone("test_vit", weights=str(path))(images).last.shape == (2, 64, 4, 4)


@pytest.mark.parametrize("name", ["resnet10t", "resnet18", "test_vit"])
def test_weights_of_another_architecture_are_refused(published: Path, name: str) -> None:
    with pytest.raises(
        UserError, match=rf"weights.safetensors: is not of {name}: \d+ of its \d+ weights fit .*, \d+ in the file are foreign"
    ):
        backbone(name, weights=str(published))


def test_weights_of_a_deeper_network_of_the_same_family_are_refused(tmp_path: Path) -> None:
    """Every weight of ResNet18 has a namesake of its shape in ResNet34."""
    path = _save(tmp_path / "resnet34.safetensors", timm.create_model("resnet34"))
    with pytest.raises(UserError, match=r"120 of its 120 weights fit by name and shape, 96 in the file are foreign"):
        backbone("resnet18", weights=str(path))


def test_weights_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"<html>not found</html>")
    for name in ("broken.safetensors", "missing.safetensors"):
        with pytest.raises(UserError, match=rf"{name}: cannot be read as safetensors"):
            backbone(weights=str(tmp_path / name))


def test_pretrained_weights_that_cannot_be_had_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("no route to host\nlong story")

    monkeypatch.setattr("timm.create_model", offline)
    monkeypatch.setattr("sightline.attention.weights.source", lambda name: {})
    with pytest.raises(UserError, match=r"cannot be loaded \(no route to host\)\. With a network, run: python -c") as caught:
        backbone(weights="imagenet")
    assert "\n" not in str(caught.value)
