"""A U-Net over any timm encoder."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from segmentation_models_pytorch import Unet  # type: ignore[import-untyped]
from torch import Tensor, nn

from sightline.attention.backbone import Backbone
from sightline.config import Backbone as BackboneSettings
from sightline.engine.files import sha256
from sightline.engine.saving import load_weights
from sightline.errors import UserError

WEIGHTS, FACTS = "segmenter.safetensors", "pseudo.json"


class Segmenter(nn.Module):
    """Images in, logits of "inside" out. Normalises images in [0, 1] by itself, as the encoder's pretraining did.

    Args:
        encoder: a timm model.
        weights: the encoder's, had and checked as those of a recipe's backbone.

    Raises:
        UserError: no such encoder, one that a U-Net cannot use, or weights that are not its own.

    Source:
        Ronneberger et al., MICCAI 2015; Yan 2020, section 3.3.2, predicts its ROI maps with one.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, encoder: str, weights: str = "none") -> None:
        super().__init__()
        backbone = _backbone(encoder, weights)
        try:
            self.net: nn.Module = Unet(f"tu-{encoder}", encoder_weights=None)
        except Exception as error:  # timm and the U-Net each refuse in several ways
            reason = f"{encoder} has no maps at strides 2 to 32, which a U-Net joins"
            raise UserError("encoder", reason, "Take a convolutional one such as mobilenetv2_100 or resnet18.") from error
        _copy(backbone.net, self.net.encoder.model)
        self.register_buffer("mean", backbone.mean)
        self.register_buffer("std", backbone.std)

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 3, S, S) in [0, 1], S a multiple of 32 -> logits (B, 1, S, S)."""
        result: Tensor = self.net((images - self.mean) / self.std)
        return result


def _backbone(encoder: str, weights: str) -> Backbone:
    try:
        return Backbone(BackboneSettings(name=encoder, weights=weights))
    except UserError as error:
        # what a recipe calls a backbone is an encoder here
        said = (error.where, error.reason, error.remedy)
        raise UserError(*(s.replace("backbone.name", "encoder").replace("backbone.weights", "weights") for s in said)) from None


def _copy(whole: nn.Module, pyramid: nn.Module) -> None:
    """Weights of a timm model into its own pyramid of maps, in whose names some dots are underscores."""
    flat = {name.replace(".", "_"): tensor for name, tensor in whole.state_dict().items()}
    pyramid.load_state_dict({name: flat[name.replace(".", "_")] for name in pyramid.state_dict()})


def load_segmenter(folder: Path | str) -> Segmenter:
    """The U-Net of a folder that `sightline pseudo-mask` wrote, in evaluation mode.

    Raises:
        UserError: there is none, or its file is damaged.
    """
    path, facts = Path(folder) / WEIGHTS, Path(folder) / FACTS
    if not facts.is_file():
        raise UserError(folder, f"holds no {FACTS}", "Give a folder that `sightline pseudo-mask` wrote.")
    known = json.loads(facts.read_text(encoding="utf-8"))
    if not path.is_file() or sha256(path) != known["sha256"]:
        raise UserError(path, f"is missing or damaged (its hash does not match {FACTS})", "Copy the folder again, or predict again.")
    with torch.random.fork_rng(devices=[]):
        segmenter = Segmenter(known["settings"]["encoder"])
    load_weights(path, segmenter)
    return segmenter.eval()
