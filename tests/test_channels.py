"""Pictures of one channel, and of four, through every room: training, scores, audit, report, explanation, prediction, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import sightline as sl
from sightline.audit.examine import examine
from sightline.audit.which import own
from sightline.channels import as_rgb
from sightline.data.check import check, lines
from sightline.engine.compare import judged_split
from sightline.engine.evaluate import evaluate
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.predict.to_files import predict_to_files
from sightline.report.audit_page import audit_page
from sightline.report.page import write_report


def write_pictures(top: Path, count: int = 24) -> Path:
    """Arrays of four channels, of which the last is the brightest and the first differs between the classes."""
    rng = np.random.default_rng(0)
    for i in range(count):
        pixels = rng.integers(0, 60, (36, 40, 4), dtype=np.uint8)
        pixels[..., 3] += 150
        pixels[8:20, 9:22, 0] += 140 * (i % 2)
        folder = top / ("a", "b")[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{i:02}.npy", pixels if i % 3 else np.moveaxis(pixels, 2, 0))
    return top


@pytest.fixture(scope="module", params=[1, 4])
def run(request, tiny_recipes, tmp_path_factory) -> Run:
    channels, folder = request.param, tmp_path_factory.mktemp("channels")
    settings: dict[str, object] = {
        "data.channels": channels,
        "train.epochs": 1,
        "data.augment.rotate": [-10, 10],
        "data.augment.contrast": 0.2,
    }
    if channels == 4:
        settings |= {
            "data.name": "folder",
            "data.root": str(write_pictures(folder / "pictures")),
            "data.options": {},
            "data.split.test": 0.5,
        }
    trained = train(tiny_recipes(settings, losses={"behaviour": [{"name": "background"}]} if channels == 1 else {}), folder / "run")
    evaluate(trained)
    return trained


@pytest.fixture(scope="module")
def channels(run: Run) -> int:
    return run.recipe.data.channels


def test_the_network_sees_the_channels_of_the_images(run: Run, channels: int) -> None:
    sample = run.datasets["val"][0]
    assert sample.image.shape == (channels, 32, 32)
    assert run.classifier().image_channels == channels
    assert run.datasets["val"].picture(0)[0].shape == (32, 32, 3)
    assert all(0 <= scores.classification.accuracy.value <= 1 for scores in run.scores.values())


def test_pictures_for_people_show_all_of_grey_and_the_first_three_of_many(run: Run, channels: int) -> None:
    seen, shown = run.datasets["val"][0].image, run.datasets["val"].picture(0)[0]
    held = (seen * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(shown, held[..., :3] if channels == 4 else np.repeat(held, 3, axis=2))
    assert as_rgb(np.array([[[4, 7]]], np.uint8)).tolist() == [[[6, 6, 6]]]


def test_audit_and_report_can_be_written(run: Run) -> None:
    split = judged_split(run, None)
    audit = examine(run, own(run, split), seconds=20, images=8)
    assert {one.artefact for one in audit.facts.artefacts} >= {"text"} or run.recipe.data.name == "phantom"
    assert audit_page(run, audit, split).count("data:image/jpeg") >= 2
    assert write_report(run).stat().st_size > 10_000


def test_prediction_and_explanation_take_files_and_draw_them(run: Run, channels: int, tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, channels), np.uint8)
    folder = tmp_path / "new"
    folder.mkdir()
    if channels == 1:
        Image.fromarray(pixels[..., 0]).save(folder / "x.png")
    else:
        np.save(folder / "x.npy", pixels)
    made = predict_to_files([run], [folder], tmp_path / "p.csv", drawings=tmp_path / "drawn")
    assert (made.pictures, made.failed) == (1, 0)
    assert Image.open(next((tmp_path / "drawn").iterdir())).mode == "RGB"
    explained = sl.explain(run, torch.from_numpy(pixels).permute(2, 0, 1) / 255)
    assert explained.pixels.shape == (40, 50, 3)
    assert explained.probabilities == sl.explain(run, next(folder.iterdir())).probabilities


def test_exported_graph_takes_the_channels(run: Run, channels: int, tmp_path: Path) -> None:
    sl.export(run, torch=tmp_path / "x.pt2")
    program = torch.export.load(tmp_path / "x.pt2").module()
    assert program(torch.rand(3, channels, 32, 32))[0].shape == (3, 2)


def test_data_check_says_that_colours_are_left_out(run: Run, channels: int, tmp_path: Path) -> None:
    for i, label in enumerate("aabb"):
        (tmp_path / label).mkdir(exist_ok=True)
        Image.fromarray(np.random.default_rng(i).integers(0, 256, (20, 20, 3), np.uint8)).save(tmp_path / label / f"{i}.png")
    data = sl.load_recipe("label-only").data.model_copy(update={"name": "folder", "root": tmp_path, "channels": channels})
    said = "\n".join(lines(check(data)))
    if channels == 1:
        assert "data.channels: is 1, so that of 4 of 4 images, which have colours, the brightness alone is learned from" in said
    else:
        assert "holds the channels RGB, but data.channels is 4" in said
