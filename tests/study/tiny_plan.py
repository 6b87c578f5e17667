"""A study that is as small as a study can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sightline.yaml_text import dump

TINY: dict[str, Any] = {
    "title": "Does it run?",
    "recipe": "demo-guided",
    "set": {
        "train.epochs": 2,
        "train.batch_size": 8,
        "data.image_size": 32,
        "data.options": {"train": 16, "val": 8, "test": 12},
        "backbone": {"name": "resnet10t", "stride": 8},
        "evaluate.bootstrap": 20,
    },
    "seed_settings": ["train.seed", "data.options.seed", "data.roi.seed"],
    "seeds": 2,
    "arms": ["label-only", "true-roi"],
    "splits": ["flipped"],
    "draws": 100,
}

QUICK_DRAWING = {  # keeps whatever it draws
    "encoder": "test_resnet",
    "epochs": 2,
    "minimum_dice": 0,
    "keep": {"smallest": 0, "largest": 1, "components": 99, "confidence": 0},
}


def write_plan(path: Path, **changed: Any) -> Path:
    path.write_text(dump(json.loads(json.dumps(TINY | changed, sort_keys=True))), encoding="utf-8")  # in one order, nothing shared
    return path
