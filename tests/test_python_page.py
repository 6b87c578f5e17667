"""The blocks of docs/python.md run as they stand there, one after the other, with nothing of ours imported but `sightline`."""

from __future__ import annotations

import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

PAGE = Path(__file__).parents[1] / "docs" / "python.md"


def photos(root: Path) -> None:
    """Two classes of 24 pictures each, with masks: blobs that are darker in one class."""
    rng = np.random.default_rng(0)
    for i in range(48):
        label = ("melanoma", "nevus")[i % 2]
        pixels = rng.integers(150, 250, (48, 48, 3))
        x, y = rng.integers(4, 28, 2)
        pixels[y : y + 16, x : x + 16] //= 2 + i % 2
        mask = np.zeros((48, 48), np.uint8)
        mask[y : y + 16, x : x + 16] = 255
        folder = root / label
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"p{i}.png")
        Image.fromarray(mask).save(folder / f"p{i}_mask.png")


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos(tmp_path / "photos")
    Image.new("RGB", (60, 50), (200, 150, 140)).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    layers = {"layer4": nn.Sequential(nn.Conv2d(3, 8, 3, 8), nn.ReLU()), "pool": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten()}
    network = nn.Sequential(OrderedDict(layers | {"fc": nn.Linear(8, 2)}))
    names: dict[str, object] = {"network": network, "optimizer": torch.optim.SGD(network.parameters(), 0.01)}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    small = {"image_size=224": "image_size=32", "seconds=60": "seconds=1", '"train.epochs": 20': '"train.epochs": 1, **SMALL'}
    names["SMALL"] = {"data.image_size": 32, "backbone": {"name": "test_resnet", "stride": 8}, "evaluate.bootstrap": 50}
    for block in blocks:
        assert not re.search(r"^(from|import) sightline\.", block, re.MULTILINE)
        for long, short in small.items():
            block = block.replace(long, short)
        exec(compile(block, str(PAGE), "exec"), names)
    assert (tmp_path / "map.png").exists()
    assert names["scores"]["test"].classification.auc.value is not None  # type: ignore[index]
