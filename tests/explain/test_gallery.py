"""One page with every map of every layer (002-10, 002-11, 002-17)."""

from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import pytest
import torch
from cnn4_run import cnn4_run
from PIL import Image

from sightline.attention.backbone import Backbone
from sightline.attention.classifier import wrap
from sightline.config import Backbone as Settings
from sightline.config import Data
from sightline.engine.files import write_table
from sightline.errors import UserError
from sightline.explain import gallery as module
from sightline.explain.gallery import gallery
from sightline.explain.tint import LEVELS, OPAQUE

DATA = Data(image_size=32)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return cnn4_run(tmp_path_factory.mktemp("runs") / "planted")


@pytest.fixture
def photos():
    return [np.random.default_rng(i).integers(0, 255, (40, 32, 3), dtype=np.uint8) for i in range(2)]


def content(page):
    return json.loads(re.search(r'id="content">(.*?)</script>', page.read_text(encoding="utf-8"), re.S).group(1))


def cell(layer, place, image):
    """Opacity of a filter on an image, in [0, 1], as the page holds it."""
    h, w = layer["size"]
    row, column = divmod(place, layer["columns"])
    sheet = Image.open(io.BytesIO(base64.b64decode(layer["sheets"][image].split(",")[1]))).convert("RGBA")
    return np.asarray(sheet)[row * h : row * h + h, column * w : column * w + w, 3] / (255 * OPAQUE)


def test_every_filter_of_every_layer_is_there_by_number(run, photos, tmp_path):
    made = gallery(run, photos, tmp_path)
    assert (made.layers, made.maps, made.left_out) == (8, 240, 0)
    layers = content(made.page)["layers"]
    assert [layer["number"] for layer in layers] == list(range(8))
    assert [layer["units"] for layer in layers] == [list(range(k)) for k in (8, 8, 16, 16, 32, 32, 64, 64)]
    assert all(len(layer["sheets"]) == 2 for layer in layers)


def test_a_map_is_the_share_of_the_filters_highest_on_the_images_shown(photos, tmp_path):
    backbone = Backbone(Settings(name="cnn4"), image_size=32).eval()
    layer = content(gallery(backbone, photos, tmp_path, ["2"], data=Data(image_size=32, fit="crop")).page)["layers"][0]
    images = torch.stack([torch.tensor(p[4:36].astype(np.float32)).permute(2, 0, 1) / 255 for p in photos])  # the centre square
    blocks = backbone.net.blocks
    maps = torch.relu(blocks[1].conv0(blocks[0](images))).detach().numpy()  # (2, 16, 16, 16)
    for k in (0, 7, 15):
        top = maps[:, k].max()
        for i in range(2):
            assert np.abs(cell(layer, k, i) - maps[i, k] / top).max() <= 1.01 / (LEVELS - 1)
    response = maps.mean((0, 2, 3))
    assert layer["response"] == pytest.approx(response / response.mean(), abs=1e-3)


def test_002_10_maps_of_the_paper_s_network_are_whole_at_its_size(tmp_path):
    """224 pixels: no map is averaged, not even where four images share the page."""
    torch.manual_seed(0)
    backbone = Backbone(Settings(name="cnn4"), image_size=224).eval()
    photo = np.random.default_rng(0).integers(0, 255, (224, 224, 3), dtype=np.uint8)
    layers = content(gallery(backbone, [photo], tmp_path, data=Data(image_size=224)).page)["layers"]
    assert [layer["size"] for layer in layers] == [[224, 224]] * 2 + [[112, 112]] * 2 + [[56, 56]] * 2 + [[28, 28]] * 2
    assert not any(layer["averaged"] for layer in layers)
    assert module._fit([(4, len(layer["units"]), *layer["size"]) for layer in layers]) == (224, 64)


def test_002_10_a_map_that_is_averaged_still_reaches_the_darkest_green(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUDGET", 20_000)
    torch.manual_seed(0)
    backbone = Backbone(Settings(name="cnn4"), image_size=32).eval()
    (layer,) = content(gallery(backbone, photos, tmp_path, ["1"], data=DATA).page)["layers"]
    assert not layer["averaged"]
    monkeypatch.setattr(module, "BUDGET", 6_000)
    (layer,) = content(gallery(backbone, photos, tmp_path, ["1"], data=DATA).page)["layers"]
    assert layer["averaged"]
    darkest = [max(cell(layer, place, i).max() for i in range(2)) for place, silent in enumerate(layer["silent"]) if not silent]
    assert darkest == pytest.approx([1.0] * len(darkest), abs=0.01)


def test_the_page_needs_no_other_file_and_no_network(run, photos, tmp_path):
    text = gallery(run, photos, tmp_path).page.read_text(encoding="utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["gallery.html"]
    assert not re.search(r'(src|href)\s*=\s*"(?!data:)|https?://|@import|url\(', text)


def test_without_images_some_of_the_runs_are_shown_as_many_of_each_class(run, tmp_path):
    made = gallery(run, out=tmp_path)
    assert len(made.images) == 4
    assert sum("melanoma" in name for name in made.images) == 2
    assert all("matched" in name for name in made.images)


def test_silent_filters_are_called_silent(run, photos, tmp_path):
    layer = content(gallery(run, photos, tmp_path, ["0"]).page)["layers"][0]
    assert layer["silent"] == [False] + [True] * 7


def test_filters_have_the_names_that_units_gave_them(photos, tmp_path):
    run = cnn4_run(tmp_path / "named")
    write_table(run.path / "units" / "units.csv", [{"layer": "blocks.0.conv0", "unit": 0, "concept": "dark"}], ["layer", "unit", "concept"])
    layer = content(gallery(run, photos, tmp_path, ["0"]).page)["layers"][0]
    assert layer["names"] == ["dark"] + [""] * 7


def test_what_a_file_is_called_cannot_leave_its_place_on_the_page(run, tmp_path):
    path = tmp_path / "<script>alert(1)<" / "b.png"
    path.parent.mkdir()
    evil = path.with_name("a<img src=x>&.png")
    Image.new("RGB", (32, 32)).save(evil)
    text = gallery(run, [evil], tmp_path, ["0"]).page.read_text(encoding="utf-8")
    assert text.count("</script>") == 2
    assert "<img src=x>" not in text
    assert content(tmp_path / "gallery.html")["images"][0]["name"] == evil.name


def test_large_networks_fit_by_smaller_maps_first_and_by_leaving_out_the_weakest_filters_last(run, photos, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUDGET", 40_000)
    made = gallery(run, photos, tmp_path / "a")
    layers = content(made.page)["layers"]
    assert made.left_out == 0
    assert max(side for layer in layers for side in layer["size"]) == 16
    assert "averaged down" in made.page.read_text(encoding="utf-8")
    monkeypatch.setattr(module, "BUDGET", 12_000)
    made = gallery(run, photos, tmp_path / "b")
    layer = content(made.page)["layers"][7]
    assert made.left_out == 240 - made.maps > 0
    assert f"{made.left_out} filters are left out" in made.page.read_text(encoding="utf-8")
    kept, everything = layer["response"], content(gallery(run, photos, tmp_path / "c", ["7"]).page)["layers"][0]["response"]
    assert sorted(kept) == pytest.approx(sorted(everything)[-len(kept) :])


def test_any_model_has_a_gallery(photos, tmp_path):
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 2)
    )
    assert gallery(wrap(net, "1", image_size=32), photos, tmp_path / "a", data=DATA).maps == 4
    vit = Backbone(Settings(name="test_vit"), image_size=32)
    assert gallery(vit, photos, tmp_path / "b", data=DATA).layers > 1


def test_mistakes_are_refused_before_anything_is_written(run, photos, tmp_path):
    with pytest.raises(UserError, match="from 0 to 7"):
        gallery(run, photos, tmp_path / "out", ["8"])
    with pytest.raises(UserError, match="no such file"):
        gallery(run, [tmp_path / "gone.png"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
