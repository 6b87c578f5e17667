from __future__ import annotations

import numpy as np
import pytest
import torch
from drawn_figures import captions, kind
from invented_run import invent
from PIL import Image

from sightline.attention.classifier import build
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.figure.grids import enlarged, grad_cams
from sightline.explain.figure.kind import Options, truth
from sightline.explain.overlay import overlay, shown
from sightline.explain.run_pictures import map_range

SMALL = {"backbone": {"name": "test_resnet", "stride": 8}}


def test_000_36_only_recognised_images_of_the_class_are_shown(guided, label_only):
    for run in (guided, label_only):
        said = run.predictions("matched")
        right = {f"melanoma {p:.2f} ✓" for p, y in zip(said.probabilities[:, 1], said.labels, strict=True) if y == 1 and p > 0.5}
        shown = [c for c in captions(kind("positives")([run], Options(split="matched", images=4))) if "✓" in c or "✗" in c]
        assert len(shown) == 4
        assert set(shown) <= right


def test_000_36_recognised_is_what_reaches_the_threshold_that_the_run_keeps(tmp_path):
    run = invent(tmp_path / "lenient", skill=0.3, splits=("matched",))
    write_json(run.path / "thresholds.json", run.thresholds.but(decision=0.3))
    said = run.predictions("matched")
    p = said.probabilities[said.labels == 1, 1]
    assert ((p >= 0.3) & (p < 0.5)).any()
    found = kind("positives")([Run(run.path)], Options(split="matched", images=len(p)))
    shown = [c for c in captions(found) if "✓" in c or "✗" in c]
    assert sorted(shown) == sorted(f"melanoma {one:.2f} ✓" for one in p[p >= 0.3])


def test_000_36_a_class_that_was_never_recognised_is_said(tmp_path):
    blind = invent(tmp_path / "blind", relies="ruler", skill=50, splits=("flipped",))
    said = blind.predictions("flipped")
    if ((said.probabilities.argmax(1) == 1) & (said.labels == 1)).any():
        pytest.skip("a melanoma of the flipped set has a ruler")
    with pytest.raises(UserError, match="recognised no image"):
        kind("positives")([blind], Options(split="flipped"))


def test_000_37_and_003_28_there_is_a_column_for_each_map_of_each_run(guided, tmp_path):
    settings = {"attention": {"name": "gates"}, "losses.guidance": []}
    gates = invent(tmp_path / "gates", settings=settings, maps=("gate1", "gate2"), splits=("matched",))
    shown = captions(kind("attention-grid")([guided, gates], Options(split="matched", images=1)))
    assert {"image", "annotation", "guided", "gates: gate1", "gates: gate2"} <= set(shown)


def test_001_24_saliency_is_grad_cam_whatever_the_own_attention_is(guided, monkeypatch):
    torch.manual_seed(0)
    network = build(guided.recipe.with_settings(backbone=SMALL["backbone"]), 2).eval()
    monkeypatch.setattr(Run, "classifier", lambda self: network)
    ids = guided.predictions("matched").ids[:3]
    maps, answers = grad_cams(guided, "matched", ids)
    images = torch.stack([guided.datasets["matched"][i].image for i in range(3)])
    look = network.look(images)
    cam = look.maps["cam"][:, 0].detach().numpy()
    assert maps == pytest.approx(cam / cam[0].size, abs=1e-6), "behind GAP and one linear layer, Grad-CAM is CAM over the positions"
    assert [a for a, _ in answers] == [guided.classes[c] for c in look.logits.argmax(1)]


def test_004_21_every_class_has_its_row_and_the_labels_map(guided, label_only):
    figure = kind("class-maps")([guided, label_only], Options(split="matched"))
    assert [c for c in captions(figure) if c in guided.classes] == ["nevus", "melanoma"]
    of_label = {f"probability {p[y]:.2f}" for run in (guided, label_only) for p, y in _answers(run)}
    said = [c for c in captions(figure) if c.startswith("probability")]
    assert len(said) == 4
    assert set(said) <= of_label


@pytest.mark.parametrize("stretch", [False, True])
def test_004_21_each_cell_shows_its_own_images_gaze_and_map(guided, label_only, stretch):
    ids = [next(i for i, label in truth(guided.predictions("matched")).items() if label == c) for c in (0, 1)]
    figure = kind("class-maps")([guided, label_only], Options(split="matched", ids=ids, stretch=stretch))
    drawn = [axes.images[0].get_array() for axes in figure.axes if axes.images][:8]
    assert len(drawn) == 8
    for row, (id, sample) in enumerate(zip(ids, guided.pictures("matched", ids), strict=True)):
        image = enlarged(sample.image)
        soft = np.asarray(Image.fromarray(sample.roi.astype(np.float32)).resize(image.shape[1::-1], Image.Resampling.BILINEAR))
        expected = [image, overlay(image, np.clip(soft, 0, 1), cmap=Options().scheme)]
        for run in (guided, label_only):
            look = run.attention("matched")
            expected.append(shown(image, look.maps["cam"][look.ids.index(id)], map_range(run), cmap=Options().scheme, stretch=stretch))
        for cell, wanted in zip(drawn[4 * row :], expected, strict=False):
            assert np.array_equal(cell, wanted)


def _answers(run):
    said = run.predictions("matched")
    return zip(said.probabilities, said.labels, strict=True)


def test_004_21_classes_stand_in_their_order_whatever_images_are_asked_for(guided):
    labels = truth(guided.predictions("matched"))
    ids = [next(i for i, label in labels.items() if label == c) for c in (1, 0)]
    figure = kind("class-maps")([guided], Options(split="matched", ids=ids))
    assert [c for c in captions(figure) if c in guided.classes] == ["nevus", "melanoma"]
    drawn = [axes.images[0].get_array() for axes in figure.axes if axes.images][:6]
    for cell, sample in zip(drawn[::3], guided.pictures("matched", ids[::-1]), strict=True):
        assert np.array_equal(cell, enlarged(sample.image)), "the nevus stands in the row of nevi"


def test_004_21_maps_of_the_predicted_class_are_not_shown_as_the_labels(tmp_path):
    run = invent(tmp_path / "predicted", settings={"evaluate.explain": "predicted"}, splits=("matched",))
    with pytest.raises(UserError, match="kept the maps of the predicted classes"):
        kind("class-maps")([run], Options(split="matched"))
