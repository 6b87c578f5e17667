"""What the figures show is what the runs hold."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from invented_run import invent
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from sightline import catalog
from sightline.attention.classifier import build
from sightline.engine.files import write_json, write_table
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.feature_maps import Layer
from sightline.explain.figure import units as units_figure
from sightline.explain.figure.boxes import grouped
from sightline.explain.figure.counts import counted
from sightline.explain.figure.curves import stage_starts
from sightline.explain.figure.diagram import flow
from sightline.explain.figure.grids import enlarged, grad_cams
from sightline.explain.figure.kind import Options, truth
from sightline.explain.figure.masks import FRAME, GREY, _white, predicted
from sightline.explain.figure.samples import RED
from sightline.explain.figure.words import width, wrapped
from sightline.explain.overlay import overlay, shown
from sightline.explain.run_pictures import map_range
from sightline.explain.tint import GREEN, OPAQUE
from sightline.recipe import load_recipe, recipe_names

SMALL = {"backbone": {"name": "test_resnet", "stride": 8}}


def kind(name):
    return catalog.find("figure", name)


def captions(figure):
    return [text.get_text() for text in figure.texts]


def test_000_fig_3_one_epoch_of_oversampling_shows_all_classes_alike(tmp_path):
    run = invent(tmp_path / "r", settings={"data.balance": "oversample"}, splits=())
    rows = read_table(run.path / "split.csv")
    dropped = [r["id"] for r in rows if r["split"] == "train" and r["label"] == "melanoma"][1:]
    dropped += [r["id"] for r in rows if r["split"] == "val" and r["label"] == "nevus"][1:]
    write_table(run.path / "split.csv", [r for r in rows if r["id"] not in dropped], list(rows[0]))
    expected = {"training": (4, 1), "training, oversampled": (4, 4), "val": (1, 3)}
    expected |= dict.fromkeys(("flipped", "matched", "removed"), (10, 10))
    found = counted(run)
    assert {part: (one.every["nevus"], one.every["melanoma"]) for part, one in found.items()} == expected
    assert found["training, oversampled"].annotated == {"nevus": 4, "melanoma": 4}
    figure = kind("class-histogram")([run])
    shown = {axes.get_title(loc="left").replace("\n", " "): tuple(int(text.get_text()) for text in axes.texts) for axes in figure.axes}
    assert shown == expected
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["nevus", "melanoma"]


def test_003_fig_3_1_data_sets_that_are_the_same_are_shown_once(guided, label_only, tmp_path):
    other = invent(tmp_path / "other", counts=(12, 6, 10), splits=())
    columns = len(counted(guided))
    assert len(kind("class-histogram")([guided, label_only]).axes) == columns
    assert len(kind("class-histogram")([guided, label_only, other]).axes) == 2 * columns


def test_000_fig_4_each_loss_has_its_curve_and_stages_are_marked(guided, tmp_path):
    figure = kind("loss-curve")([guided])
    by_title = {axes.get_title(loc="left"): axes for axes in figure.axes}
    expected = [row["train/energy"] for row in guided.history]
    assert by_title["energy, training"].lines[0].get_ydata().tolist() == pytest.approx(expected)
    staged = invent(tmp_path / "staged", splits=())
    rows = read_table(staged.path / "logs" / "metrics.csv")
    for stage in ("stage-1-labels", "stage-2-guided"):
        write_table(staged.path / stage / "logs" / "metrics.csv", rows[:3], list(rows[0]))
    (staged.path / "logs" / "metrics.csv").unlink()
    assert stage_starts(staged) == [3]
    assert len(staged.history) == 6


def test_004_28_whatever_the_weighting_learns_has_a_panel(guided, tmp_path):
    run = invent(tmp_path / "r", splits=())
    path = run.path / "logs" / "metrics.csv"
    rows = [
        row | {"sigma/energy": 0.1 * (i + 1), "sigma/cross_entropy": 1.0, "alpha/energy": 1.0} for i, row in enumerate(read_table(path))
    ]
    write_table(path, rows, list(rows[0]))
    titles = [axes.get_title(loc="left") for axes in kind("weights")([Run(run.path)]).axes]
    assert titles == ["weights of the losses", "uncertainties σ", "steepness α"]
    assert len(kind("weights")([guided]).axes) == 1


def test_003_27_the_legend_has_the_area_and_its_interval(guided, label_only):
    auc = guided.scores["flipped"].classification.auc
    legend = kind("roc")([guided, label_only], Options(split="flipped")).legends[0]
    assert legend.get_texts()[0].get_text() == f"guided  {auc.value:.3f} [{auc.low:.2f}, {auc.high:.2f}]"


def test_003_fig_2_3_the_curves_are_the_formula():
    axes = kind("focal-loss")([]).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    p, loss = (np.asarray(v) for v in lines["γ = 2"].get_data())
    assert loss == pytest.approx(-((1 - p) ** 2) * np.log(p), abs=1e-9)
    p, loss = (np.asarray(v) for v in lines["γ = 0, cross-entropy"].get_data())
    assert loss == pytest.approx(-np.log(p), abs=1e-6)


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


def test_001_23_masks_are_cut_at_the_threshold_and_judged_by_jaccard(tmp_path):
    run = invent(
        tmp_path / "unit", settings={"attention": {"name": "decoder"}, "losses.guidance": []}, maps=("decoder",), splits=("matched",)
    )
    look = run.attention("matched")
    rois = np.zeros((2, 12, 12))
    rois[0, :6] = 1
    found = predicted(run, "matched", look.ids[:2], rois)
    assert (found.masks == (look.maps["decoder"][:2] >= 0.5)).all()
    inside = (found.masks[0] & (rois[0] > 0)).sum()
    assert found.overlap[0] == pytest.approx(inside / (found.masks[0] | (rois[0] > 0)).sum())
    shown = captions(kind("masks")([run, run], Options(split="matched", images=2)))
    assert any(c.startswith("(A)") for c in shown)
    assert any(c.startswith("(B)") for c in shown)


def test_001_26_a_mask_of_the_whole_image_has_a_frame_on_the_white_page(tmp_path):
    picture = _white(np.ones((12, 16), bool))
    assert (picture[FRAME:-FRAME, FRAME:-FRAME] == 255).all()
    assert picture.shape == (12 + 2 * FRAME, 16 + 2 * FRAME, 3)
    for edge in (picture[:FRAME], picture[-FRAME:], picture[:, :FRAME], picture[:, -FRAME:]):
        assert (edge == GREY).all()


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


def test_004_04_the_density_is_that_of_all_positions_of_the_class_explained(guided):
    axes = kind("map-values")([guided], Options(split="matched")).axes[0]
    assert axes.get_yscale() == "log"
    values, edges, _ = axes.patches[0].get_data()
    raw = guided.attention("matched").maps["cam"]
    expected, _ = np.histogram(raw, edges, density=True)
    assert values[expected > 0] == pytest.approx(expected[expected > 0])
    assert (values[expected == 0] < axes.get_ylim()[0]).all(), "nothing is shown as nothing"


def test_004_19_runs_that_differ_in_seeds_are_one_box_and_others_say_in_what(tmp_path):
    arms = [(0, {}), (1, {}), (0, {"train.batch_size": 4})]
    runs = [invent(tmp_path / str(i), settings={"train.seed": seed} | own, splits=()) for i, (seed, own) in enumerate(arms)]
    assert {name: [run.name for run in members] for name, members in grouped(runs).items()} == {
        "demo-guided, batch_size=16": ["0", "1"],
        "demo-guided, batch_size=4": ["2"],
    }
    assert list(grouped(runs[:2])) == ["demo-guided"]


def test_004_19_a_star_stands_over_trainings_that_differ_from_those_of_the_same_network_without_guidance(tmp_path):
    """Five against five, by ranks: with one pair of trainings the other way round, p is 4 / 252, however far the best one leads; with eight
    pairs of 25, p is 0.42."""
    small = {"counts": (8, 6, 12), "splits": ("matched",)}
    aucs = {
        ("demo-label-only", "test_resnet"): [0.70, 0.71, 0.72, 0.73, 0.74],
        ("demo-guided", "test_resnet"): [0.735, 0.75, 0.76, 0.77, 0.99],
        ("demo-label-only", "test_vit"): [0.80, 0.81, 0.82, 0.83, 0.84],
        ("demo-guided", "test_vit"): [0.825, 0.826, 0.827, 0.828, 0.85],
    }
    runs = []
    for (recipe, network), several in aucs.items():
        for seed, auc in enumerate(several):
            settings = {"train.seed": seed, "backbone.name": network}
            run = invent(tmp_path / f"{recipe}-{network}-{seed}", recipe, seed=seed, settings=settings, **small)
            good = run.scores["matched"].classification
            good = good.but(auc=good.auc.but(value=auc))
            write_json(run.path / "metrics.json", {"matched": run.scores["matched"].but(classification=good)})
            runs.append(Run(run.path))
    (axes,) = kind("box-plots")(runs, Options(split="matched")).axes
    assert [text.get_position()[0] for text in axes.texts if text.get_text() == "*"] == [0.5]


def test_002_17_the_map_of_a_unit_is_that_layers_output(guided, monkeypatch):
    torch.manual_seed(0)
    network = build(guided.recipe.with_settings(backbone={"name": "cnn4"}, head={"kind": "own"}, attention={"name": "none"}), 2).eval()
    monkeypatch.setattr(Run, "classifier", lambda self: network)
    ids = guided.predictions("matched").ids[:2]
    images = torch.stack([guided.datasets["matched"][i].image for i in range(2)])
    with torch.no_grad():
        conv = network.backbone.net.blocks[0].conv0(images).relu()
    peaks = conv[:, 3].amax((1, 2))
    shown = captions(kind("feature-maps")([guided], Options(split="matched", ids=tuple(ids), units=("0/3",))))
    expected = ["not active"] * 2 if float(peaks.max()) <= 0 else [f"peak {float(p / peaks.max()):.0%}" for p in peaks]
    assert [c for c in shown if c.startswith(("peak", "not"))] == expected


def test_002_24_without_units_the_strongest_of_the_last_convolution_are_shown(guided, monkeypatch):
    torch.manual_seed(0)
    network = build(guided.recipe.with_settings(backbone={"name": "cnn4"}, head={"kind": "own"}, attention={"name": "none"}), 2).eval()
    monkeypatch.setattr(Run, "classifier", lambda self: network)
    ids = guided.predictions("matched").ids[:2]
    with torch.no_grad():
        last = network.backbone.net.blocks[:3](torch.stack([guided.datasets["matched"][i].image for i in range(2)]))
        block = network.backbone.net.blocks[3]
        last = block.conv1(block.conv0(last).relu()).relu()  # (2, 64, h, w)
    drawn = kind("feature-maps")([guided], Options(split="matched", ids=tuple(ids)))
    strongest = last.amax((0, 2, 3)).argsort(descending=True)[:4].tolist()
    shown = [c.replace("\u00a0", " ").replace("\n", " ") for c in captions(drawn)]
    assert [c for c in shown if c.startswith("layer ")] == [f"layer 7, filter {k}" for k in strongest]


def test_002_17_each_column_is_its_unit_and_painted_where_it_answers():
    layer = Layer(0, "first", "first", 3)
    found = torch.zeros(2, 3, 4, 4)
    found[0, 1, 0, 0], found[1, 1, 3, 3], found[1, 2, 1, 1] = 4.0, 2.0, 1.0
    white = [np.full((4, 4, 3), 255, np.uint8)] * 2
    answers = partial(units_figure._answers, layer, found=found, pictures=white)
    first, second = (cell.picture for cell in answers(1))
    green, full = np.array(GREEN), 255 * (1 - OPAQUE)
    np.testing.assert_allclose(first[0, 0], full + OPAQUE * green, atol=1)  # the unit's highest on these images
    np.testing.assert_allclose(second[3, 3], 255 * (1 - OPAQUE / 2) + OPAQUE / 2 * green, atol=1)  # half of it
    assert (first.reshape(-1, 3)[1:] == 255).all()
    assert (answers(0)[0].picture == 255).all()


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_has_a_diagram_with_all_its_losses(name):
    recipe = load_recipe(name)
    for stage in [recipe.at_stage(s) for s in recipe.stages] or [recipe]:
        made = flow(stage, name)
        titles = " ".join(box.title for box in made.boxes if box.kind == "loss")
        losses = [stage.losses.classification, *stage.losses.guidance, *stage.losses.behaviour]
        assert all(loss.name.replace("_", " ") in titles for loss in losses)
        assert sum(box.kind == "loss" for box in made.boxes) == len(losses)
        places = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in made.boxes]
        for i, a in enumerate(places):
            assert min(a[1], made.height - a[3]) > -1e-9
            for b in places[:i]:
                assert min(a[2], b[2]) - max(a[0], b[0]) < 1e-9 or min(a[3], b[3]) - max(a[1], b[1]) < 1e-9, "boxes lie apart"


def test_004_26_the_usual_network_and_the_one_with_a_cam_layer():
    usual, guided = (flow(load_recipe(name), name) for name in ("ggcam-baseline", "ggcam"))
    assert [b.aside for b in usual.boxes if b.title == "class activation map"] == [True], "it takes no part in training"
    assert "CAM layer" in [b.title for b in guided.boxes]
    assert "classification head" not in [b.title for b in guided.boxes]
    (head,) = (b for b in usual.boxes if b.title == "classification head")
    assert head.body == "GAP, linear: scores y, softmax"
    for made, source, expected in ((usual, "classification head", ["y"]), (guided, "CAM layer", ["A", "y"])):
        (box,) = (b for b in made.boxes if b.title == source)
        leaving = [arrow for arrow in made.arrows if arrow.points[0][0] == box.x + box.width and not arrow.aside]
        assert sorted(arrow.label for arrow in leaving if box.y < arrow.points[0][1] < box.y + box.height) == expected


def test_000_fig_5_a_training_in_stages_has_a_diagram_for_each():
    figure = kind("diagram")([], Options(recipes=("gain",)))
    words = [t.get_text() for t in figure.axes[0].texts]
    assert sum("gain," in w for w in words) == 2
    assert words.count("total loss") == 2
    assert any(isinstance(p, FancyBboxPatch) for p in figure.axes[0].patches)


def test_words_are_broken_and_shortened_to_the_room():
    assert wrapped("short", 3, 9) == "short"
    for text in ("a-very-long-name-of-a-run-that-does-not-end", "one two three four five six", "x" * 80):
        lines = wrapped(text, 1.0, 9).splitlines()
        assert len(lines) <= 2
        assert all(width(line, 9) <= 1.0 for line in lines)
    assert wrapped("dice\u00a0×\u00a00.3", 0.2, 9).count("\n") == 0, "a non-breaking blank holds"


def test_000_fig_2_boxes_are_red_lines_on_the_photographs_and_masks_have_a_row_of_their_own(tmp_path):
    boxes = invent(tmp_path / "boxes", settings={"data.options.annotation": "box"}, splits=())
    figure = kind("samples")([boxes], Options(images=1))
    pictures = [image.get_array() for axes in figure.axes for image in axes.get_images()]
    assert len(pictures) == 2, "a photograph of each class"
    for picture in pictures:
        red = (np.asarray(picture)[..., :3] == RED).all(-1)
        rows, columns = np.nonzero(red)
        assert red.any()
        assert red[rows.min(), columns.min() : columns.max() + 1].mean() > 0.9, "the upper edge of a box"
    masks = kind("samples")([invent(tmp_path / "masks", splits=())], Options(images=1))
    assert sum(len(axes.get_images()) for axes in masks.axes) == 4


def test_000_fig_5_the_images_enter_the_second_pass():
    recipe = load_recipe("gain")
    made = flow(recipe.at_stage(recipe.stages[1]), "")
    images, again = (next(box for box in made.boxes if box.title == title) for title in ("images", "second pass"))
    ends = [(arrow.points[0], arrow.points[-1]) for arrow in made.arrows]
    assert any(
        start[0] == images.x + images.width and end[0] == again.x and again.y < end[1] < again.y + again.height for start, end in ends
    )
