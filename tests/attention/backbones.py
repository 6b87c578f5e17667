"""Small backbones."""

from __future__ import annotations

from sightline.attention.backbone import Backbone
from sightline.config import Backbone as Settings


def backbone(name: str = "test_resnet", size: int | None = 64, own_head: bool = False, **settings: object) -> Backbone:
    return Backbone(Settings(name=name, **settings), own_head=own_head, image_size=size).eval()
