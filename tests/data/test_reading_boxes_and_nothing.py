"""000's data as one's own: a box round what is suspicious, nothing to see in the rest; the same whatever it is written in (000-26)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.data.loader import collate
from sightline.data.reading import read

SHAPE = (24, 32)
BOX = (4, 8, 20, 16)  # x0, y0, x1, y1


def as_table(folder: Path) -> Data:
    rows = ["image,label,box,nothing", "a.png,suspicious,4 8 20 16,", "b.png,nonsuspicious,,true", "c.png,nonsuspicious,,true"]
    (folder / "table.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Data(name="table", root=folder / "table.csv")


def as_coco(folder: Path) -> Data:
    images = [{"id": i, "file_name": f"{name}.png", "height": SHAPE[0], "width": SHAPE[1]} for i, name in enumerate("abc")]
    objects = [{"id": 1, "image_id": 0, "category_id": 3, "bbox": [4, 8, 16, 8]}]
    content = {"images": images, "categories": [{"id": 3, "name": "suspicious"}], "annotations": objects}
    (folder / "boxes.json").write_text(json.dumps(content), encoding="utf-8")
    return Data(name="coco", root=folder, options={"background": "nonsuspicious", "empty": "nothing"})


def as_voc(folder: Path) -> Data:
    box = "<bndbox><xmin>5</xmin><ymin>9</ymin><xmax>20</xmax><ymax>16</ymax></bndbox>"
    (folder / "a.xml").write_text(f"<annotation><object><name>suspicious</name>{box}</object></annotation>", encoding="utf-8")
    (folder / "b.xml").write_text("<annotation></annotation>", encoding="utf-8")  # looked at, nothing marked; c.png was never opened
    return Data(name="voc", root=folder, options={"background": "nonsuspicious", "empty": "nothing"})


@pytest.mark.parametrize("write", [as_table, as_coco, as_voc])
def test_000_26_a_box_is_one_inside_and_a_nonsuspicious_image_is_known_and_zero(write: Any, tmp_path: Path) -> None:
    for i, name in enumerate("abc"):
        Image.fromarray(np.random.default_rng(i).integers(0, 256, (*SHAPE, 3), np.uint8)).save(tmp_path / f"{name}.png")
    data = write(tmp_path).model_copy(update={"image_size": 32, "cache": False})
    dataset = read(data)
    records = sorted(dataset.records, key=lambda r: Path(r.id).stem)
    assert [r.label for r in records] == ["suspicious", "nonsuspicious", "nonsuspicious"]
    samples = ImageDataset(records, dataset.classes, data, train=False)
    batch = collate([samples[i] for i in range(3)])
    assert batch.known.all()
    assert not batch.roi[1:].any()
    x0, y0, x1, y1 = BOX
    assert float(batch.roi[0].mean()) == pytest.approx((x1 - x0) * (y1 - y0) / (SHAPE[0] * SHAPE[1]), abs=0.01)
    assert batch.roi[0, 0, 16, 12] == 1
