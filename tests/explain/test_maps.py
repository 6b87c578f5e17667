from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.attention.classifier import build
from sightline.config import Data
from sightline.errors import UserError
from sightline.explain.maps import explain
from sightline.explain.methods import METHODS

NAMES = ("nevus", "melanoma", "other")
DATA = Data(image_size=32)


@pytest.fixture
def classifier(tiny_recipe):
    return build(tiny_recipe(), 3).eval()


@pytest.fixture
def photo(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 70, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a photo.png")
    return tmp_path / "a photo.png"


def facts(written):
    return [json.loads(p.read_text(encoding="utf-8")) for p in written if p.suffix == ".json"]


def test_an_overlay_a_raw_map_and_what_it_means(classifier, photo, tmp_path):
    written = explain(classifier, [photo], tmp_path / "out", classes=NAMES, data=DATA)
    assert [p.suffix for p in written] == [".png", ".npy", ".json"]
    assert all(p.is_file() for p in written)
    assert Image.open(written[0]).size == (70, 40), "the size of the picture, not the network's square"
    said = facts(written)[0]
    assert said["map"] == "cam"
    assert said["explained"] == said["predicted"] in NAMES
    assert said["probability"] == pytest.approx(max(said["probabilities"].values()))
    assert said["range"] == "evidence"
    assert said["image"] == str(photo)


def test_the_raw_map_is_the_classifiers_own(classifier, tmp_path):
    pixels = np.random.default_rng(1).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    images = torch.tensor(pixels).permute(2, 0, 1)[None] / 255
    expected = classifier.look(images, torch.tensor([2])).maps["cam"][0, 0].detach().numpy()
    written = explain(classifier, [pixels], tmp_path, target="other", classes=NAMES, data=DATA)
    assert np.allclose(np.load(written[1]), expected, atol=1e-5)
    assert facts(written)[0]["explained"] == "other"


def test_all_classes_share_one_scale(classifier, photo, tmp_path):
    written = explain(classifier, [photo], tmp_path / "out", target="all", classes=NAMES, data=DATA)
    said = facts(written)
    assert [f["explained"] for f in said] == list(NAMES)
    highest = max(np.load(p).max() for p in written if p.suffix == ".npy")
    assert [f["scale"] for f in said] == pytest.approx([highest] * 3)


def test_a_gate_explains_no_class(tiny_recipe, photo, tmp_path):
    gated = build(tiny_recipe({"attention": {"name": "gates"}, "backbone.stride": None, "data.image_size": 64}), 3)
    written = explain(gated, [photo], tmp_path / "out", target="all", classes=NAMES, data=Data(image_size=64))
    assert {f["explained"] for f in facts(written)} == {None}
    assert {f["range"] for f in facts(written)} == {"unit"}


def test_two_pictures_of_one_name_do_not_overwrite_each_other(classifier, photo, tmp_path):
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / photo.name
    other.write_bytes(photo.read_bytes())
    written = explain(classifier, [photo, other], tmp_path / "out", classes=NAMES, data=DATA)
    assert len(set(written)) == 6


def test_pitfall_10_and_13_the_mode_and_the_gradients_are_left_as_they_were(classifier, photo, tmp_path):
    classifier.train()
    explain(classifier, [photo], tmp_path / "out", classes=NAMES, data=DATA)
    assert classifier.training
    assert all(p.grad is None for p in classifier.parameters())


def test_pitfall_27_an_all_negative_map_is_noted_and_greyed(classifier, photo, tmp_path):
    with torch.no_grad():
        for p in classifier.head.parameters():
            p.copy_(-p.abs() - 1)
    written = explain(classifier, [photo], tmp_path / "out", classes=NAMES, data=DATA)
    assert facts(written)[0]["note"] == "no positive evidence"
    corner = np.asarray(Image.open(written[0]))[:8, :8]
    assert (corner.max(axis=2) == corner.min(axis=2)).all()


def test_mistakes_are_refused_before_anything_is_written(classifier, tiny_recipe, photo, tmp_path):
    with pytest.raises(UserError, match='"melanoma"'):
        explain(classifier, [photo], tmp_path / "out", target="melanom", classes=NAMES, data=DATA)
    with pytest.raises(UserError, match="colours"):
        explain(classifier, [photo], tmp_path / "out", cmap="rainbow", classes=NAMES, data=DATA)
    with pytest.raises(UserError, match="no attention map"):
        explain(build(tiny_recipe({"attention": {"name": "none"}}), 3), [photo], tmp_path / "out", classes=NAMES, data=DATA)
    with pytest.raises(UserError, match="no such file"):
        explain(classifier, [tmp_path / "gone.png"], tmp_path / "out", classes=NAMES, data=DATA)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", METHODS)
def test_a_classifier_without_maps_can_be_explained_by_what_changes_its_score(tiny_recipe, photo, tmp_path, method):
    plain = build(tiny_recipe({"attention": {"name": "none"}}), 3).train()
    written = explain(plain, [photo], tmp_path / "out", method=method, classes=NAMES, data=DATA)
    assert [p.suffix for p in written] == [".png", ".npy", ".json"]
    said = facts(written)[0]
    assert (said["map"], said["explained"]) == (method, said["predicted"])
    assert np.load(written[1]).shape == ((8, 8) if method == "kernel-shap" else (32, 32))
    every = facts(explain(plain, [photo], tmp_path / "all", target="all", method=method, classes=NAMES, data=DATA))
    assert [f["explained"] for f in every] == list(NAMES)
    assert plain.training
    again = explain(plain, [photo], tmp_path / "again", method=method, classes=NAMES, data=DATA)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in written]


def test_an_unknown_method_is_refused(classifier, photo, tmp_path):
    with pytest.raises(UserError, match='Did you mean "occlusion"'):
        explain(classifier, [photo], tmp_path / "out", method="oclusion", classes=NAMES, data=DATA)


def test_a_network_that_a_method_does_not_support_is_refused_before_anything_is_written(tiny_recipe, photo, tmp_path):
    plain = build(tiny_recipe({"backbone.name": "test_vit", "backbone.stride": None, "attention": {"name": "none"}}), 3)
    with pytest.raises(UserError, match=r"layer 'backbone\.net\..*norm.*': is of the type LayerNorm, which method lrp does not support"):
        explain(plain, [photo], tmp_path / "out", method="lrp", classes=NAMES, data=DATA)
    assert not (tmp_path / "out").exists()
