from __future__ import annotations

import numpy as np
from invented_run import invent

from sightline.engine.run import Attention, Sample
from sightline.explain.overlay import shown
from sightline.explain.panels import attention_panel, choose
from sightline.explain.run_pictures import columns, names, rows


def test_a_row_says_label_annotation_and_each_runs_prediction_with_right_or_wrong(guided, label_only):
    ids = choose([guided, label_only], "flipped", 4)
    said = dict(zip(guided.predictions("flipped").ids, guided.predictions("flipped").probabilities, strict=True))
    for id, row in zip(ids, rows(columns([guided, label_only], "flipped"), "flipped", ids), strict=True):
        image, annotation, first, second = row
        assert annotation.caption.endswith("of the image")
        predicted = guided.classes[said[id].argmax()]
        assert first.caption == f"{predicted} {said[id].max():.2f} {'✓' if predicted == image.caption else '✗'}"
        assert first.right is (predicted == image.caption)
        assert image.right is None
        assert "label-only" in second.alt
        assert f"for {second.caption.split()[0]} over" in second.alt, "the map explains the predicted class, and the text says so"


def test_where_an_image_has_no_annotation_or_an_empty_one_the_cell_says_so(guided, monkeypatch):
    grey = np.full((32, 32, 3), 128, np.uint8)
    samples = {"unknown": None, "empty": np.zeros((32, 32), np.float32)}
    ids = guided.predictions("matched").ids[:2]
    pictures = [Sample(id, grey, roi) for id, roi in zip(ids, samples.values(), strict=True)]
    monkeypatch.setattr(type(guided), "pictures", lambda self, split, ids: pictures)
    captions = [row[1].caption for row in rows(columns([guided], "matched"), "matched", ids)]
    assert captions == ["not annotated", "nothing marked"]


def test_pitfall_27_a_map_without_positive_evidence_is_a_grey_cell(tmp_path):
    run = invent(tmp_path / "blind", looks="nowhere", splits=("matched",))
    cell = rows(columns([run], "matched"), "matched", run.predictions("matched").ids[:1])[0][2]
    corner = cell.picture[:40, :40]
    assert (corner.max(axis=2) == corner.min(axis=2)).all()


def test_every_gate_has_a_column_and_is_shown_on_the_fixed_scale(tmp_path):
    gates = {"attention": {"name": "gates"}, "losses.guidance": [], "losses.behaviour": []}
    run = invent(tmp_path / "gates", settings=gates, maps=("gate1", "gate2"), splits=("matched",))
    figure = attention_panel(run, "matched", run.predictions("matched").ids[:2])
    assert [axes.get_title(loc="left") for axes in figure.axes[:4]] == ["image", "annotation", "gate1", "gate2"]
    cell = rows(columns([run], "matched"), "matched", run.predictions("matched").ids[:1])[0][2]
    assert "for melanoma" not in cell.alt, "a gate explains no class"


def test_runs_of_one_name_are_told_apart_by_the_folder_above(guided, tmp_path):
    import shutil

    from sightline.engine.run import Run

    shutil.copytree(guided.path, tmp_path / "other" / "guided")
    found = names([guided, Run(tmp_path / "other" / "guided")])
    assert len(set(found)) == 2
    assert found[1] == "other/guided"


def test_pitfall_4_each_image_gets_its_own_map_whatever_the_order_of_the_rows(guided, monkeypatch):
    kept = guided.attention("matched")
    maps = {k: v[::-1] for k, v in kept.maps.items()}
    turned = Attention(kept.ids[::-1], kept.known[::-1], kept.explained[::-1], maps, maps, kept.decided[::-1])
    monkeypatch.setattr(type(guided), "attention", lambda self, split: turned)
    ids = guided.predictions("matched").ids[2:5]
    for id, row in zip(ids, rows(columns([guided], "matched"), "matched", ids), strict=True):
        expected = shown(row[0].picture, kept.maps["cam"][kept.ids.index(id)], "evidence")
        same = (row[2].picture == expected).all(axis=2).mean()
        assert same > 0.9, "but for the outline"
