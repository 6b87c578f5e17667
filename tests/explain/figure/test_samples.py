"""What the cells of the figures hold: each image, its own mask beside or below it, and its own map on it."""

from __future__ import annotations

import csv

import numpy as np
from drawn_figures import kind
from invented_run import invent
from PIL import Image

from sightline import catalog
from sightline.engine.run import Run
from sightline.explain.figure.kind import Options
from sightline.explain.figure.samples import RED
from sightline.explain.overlay import overlay
from sightline.metrics.scores.localisation import upsample


def cells(name, runs, options):
    """The pictures of a figure, row by row."""
    figure = catalog.find("figure", name)(runs, options)
    return [np.asarray(image.get_array()) for axes in figure.axes for image in axes.get_images()]


def test_001_fig_3_below_each_image_stands_its_own_mask(tmp_path):
    run = invent(tmp_path / "r", splits=())
    dataset = run.datasets["train"]
    found = iter(cells("samples", [run], Options(images=2)))
    for name in run.classes:
        members = [i for i, record in enumerate(dataset.records) if record.label == name][:2]
        for i in members:
            assert np.array_equal(next(found), dataset.picture(i)[0])
        for i in members:
            assert np.array_equal(next(found)[..., 0], (dataset.picture(i)[1] * 255).round().astype(np.uint8))


def test_003_fig_3_4_beside_each_image_stands_the_mask_that_was_predicted_for_it_and_the_experts(tmp_path):
    plain = invent(tmp_path / "plain", splits=())
    ids = [record.id for record in plain.datasets["train"].records][:3]
    (tmp_path / "masks").mkdir()
    drawn = np.zeros((3, 32, 32), np.uint8)
    for n, id in enumerate(ids):
        drawn[n, 8 * n : 8 * n + 5] = 255
        Image.fromarray(drawn[n]).save(tmp_path / "masks" / f"{id}.png")
    with (tmp_path / "pseudo.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "kept"), *((id, 1) for id in ids)])
    run = invent(tmp_path / "pseudo", settings={"data.roi.pseudo": str(tmp_path)}, splits=())
    found = cells("pseudo-masks", [run], Options(images=3))
    assert len(found) == 3 * 3
    for n in range(3):
        image, roi = plain.datasets["train"].picture(n)
        assert np.array_equal(found[3 * n], image)
        assert np.array_equal(found[3 * n + 1][..., 0], drawn[n])
        assert np.array_equal(found[3 * n + 2][..., 0], (roi * 255).round().astype(np.uint8))


def test_003_28_a_cell_is_the_map_of_that_gate_on_that_image_enlarged_and_stretched(tmp_path, monkeypatch):
    settings = {"attention": {"name": "gates"}, "losses.guidance": []}
    run = invent(tmp_path / "gates", settings=settings, maps=("gate1", "gate2"), splits=("matched",))
    look = run.attention("matched")
    look.said["gate2"] = look.said["gate1"][:, ::-1].copy()
    monkeypatch.setattr(Run, "attention", lambda self, split: look)
    ids = look.ids[:2]
    found = cells("attention-grid", [run], Options(split="matched", ids=ids, colours="jet", stretch=True))
    for n in range(2):
        image, _, first, second = found[4 * n : 4 * n + 4]
        for cell, name, other in ((first, "gate1", "gate2"), (second, "gate2", "gate1")):
            assert share_alike(cell, image, look.said[name][n]) > 0.8, "all but the outline of the annotation"
            assert share_alike(cell, image, look.said[other][n]) < 0.5
            assert share_alike(cell, image, look.said[name][1 - n]) < 0.5


def share_alike(cell, image, values):
    """Share of the pixels of a cell that are those of this map, stretched, enlarged and painted over the image."""
    large = upsample((values - values.min())[None], image.shape[:2])[0]
    return (np.abs(cell.astype(int) - overlay(image, large / large.max(), cmap="jet")).max(-1) <= 2).mean()


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
