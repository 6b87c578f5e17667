"""The verbs gallery, units and class-image, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from sightline.errors import UserError
from sightline.explain.class_image import Responses, class_image, unit_images
from sightline.explain.feature_maps import layers_of
from sightline.explain.occlusion import occlusion


def test_units_then_gallery_shows_the_names(planted, call, tmp_path):
    said, output = call("units", planted.path, "--layer", 0, "--images", 8)
    assert {one["concept"] for one in said["concepts"]} >= {"lesion", "dark", "skin"}
    assert (planted.path / "units" / "units.csv").is_file()
    assert "chance" in output
    said, output = call("gallery", planted.path, "--layer", 0, "--out", tmp_path / "maps")
    assert (said["layers"], said["maps"]) == (1, 8)
    page = (tmp_path / "maps" / "gallery.html").read_text(encoding="utf-8")
    assert '"names": ["' in page
    assert "sightline units" in page


def test_units_on_another_data_set_say_what_has_to_be_known_of_it(planted, call, tmp_path):
    """002-03: which labels were read as which classes, for one; images that were trained with, for another."""
    rows = []
    for place, record in enumerate(planted.datasets["matched"].records[:4]):
        Image.fromarray(record.image.draw()).save(tmp_path / f"{place}.png")
        rows.append({"image": f"{place}.png", "label": "mole" if record.label == "nevus" else "melanoma", "box": "4 4 20 20"})
    table = tmp_path / "own.jsonl"
    table.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    elsewhere = ("--data", "table", "--root", table, "--map", "mole=nevus", "--map", "melanoma=melanoma")
    _, output = call("units", planted.path, "--layer", 0, *elsewhere, "--no-effect", "--out", tmp_path / "units")
    assert "Labels are read as classes of the run: mole as nevus." in " ".join(output.split())


def test_002_19_occlusion_of_the_response_of_a_unit(planted):
    """Zeiler & Fergus also cover the image and watch a feature map: a unit that answers to the dark falls where a dark spot is covered."""
    backbone = planted.classifier().backbone
    image = torch.ones(1, 3, 32, 32)
    image[..., 8:16, 16:24] = 0
    (first, *_) = layers_of(backbone, image)
    fall = occlusion(Responses(backbone, first), image, torch.tensor([0]), patch=8, stride=8)[0, 0]
    assert fall[8:16, 16:24].min() > 0
    outside = fall.clone()
    outside[8:16, 16:24] = 0
    assert outside.max() < 1e-6


def test_gallery_of_a_picture_of_ones_own(planted, call, tmp_path):
    Image.effect_noise((60, 40), 80).convert("RGB").save(tmp_path / "photo.png")
    said, _ = call("gallery", planted.path, tmp_path / "photo.png", "--out", tmp_path / "maps")
    assert (said["images"], said["layers"]) == (["photo.png"], 8)


def test_class_image_writes_a_picture_of_each_class(planted, call, tmp_path):
    said, _ = call("class-image", planted.path, "--out", tmp_path / "images")
    assert [one["class"] for one in said["images"]] == list(planted.classes)
    for one in said["images"]:
        assert one["probability"] >= one["grey"] - 1e-6
        with Image.open(one["file"]) as picture:
            assert picture.size == (32, 32)


def test_002_19_an_image_to_which_a_unit_responds_most(planted, call, tmp_path):
    said, _ = call("class-image", planted.path, "--unit", "2/3", "--out", tmp_path / "units")
    (one,) = said["images"]
    assert (one["unit"], Path(one["file"]).name) == ("2/3", "unit-2-3.png")
    assert one["response"] >= one["grey"]
    for wrong, reason in (("0/99", "has 8 filters"), ("99/0", "layers with maps"), ("0", "LAYER/FILTER")):
        with pytest.raises(UserError, match=reason):
            unit_images(planted, [wrong], tmp_path)
    classifier = planted.classifier()
    with torch.no_grad():
        classifier.backbone.net.blocks[0].conv0.bias[0] = 1.8  # filter 0 answers to what is dark: already to grey, most to black
    (layer, *_) = layers_of(classifier.backbone, torch.full((1, 3, 32, 32), 0.5))
    assert class_image(Responses(classifier.backbone, layer), 0, 32).mean() < 0.1
