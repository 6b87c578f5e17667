"""One picture on one sheet: what stands on it is what the run says."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_run import small_run
from typer.testing import CliRunner

import sightline as sl
from sightline.cli import app
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.explain.explanation import Explanation, Found
from sightline.explain.maps import asked_of
from sightline.explain.window import share_inside
from sightline.report.case_sheet import MOST_CLASSES, Model, case_sheet


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("sheet") / "small", 1)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "a <b>.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)).save(path)
    return path


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2])))


def sheet(run: Run, raw: np.ndarray, region: np.ndarray | None = None, **named: object) -> str:
    pixels = np.full((90, 120, 3), 200, np.uint8)
    found = Explanation(pixels, "nevus", {"nevus": 0.75, "melanoma": 0.25}, (Found("cam", "nevus", raw, "evidence"),), (0, 0, 120, 90))
    return text_of(case_sheet(Model.of(run), "a.png", asked_of(run), found, region, **named))


RAW = np.array([[4.0, 0.0], [0.0, -1.0]], np.float32)


def test_the_command_writes_a_sheet_for_each_picture(run, photo, tmp_path) -> None:
    second = tmp_path / "b.png"
    second.write_bytes(photo.read_bytes())
    told = CliRunner().invoke(
        app, ["explain", str(run.path), str(photo), str(second), "--sheet", "--out", str(tmp_path / "maps")], catch_exceptions=False
    )
    assert told.exit_code == 0
    sheets = sorted((tmp_path / "maps").glob("*-sheet.html"))
    assert len(sheets) == 2
    page = sheets[0].read_text(encoding="utf-8")
    said = sl.explain(run, photo)
    text = text_of(page)
    assert "a <b>.png" in text
    assert f"Predicted: {said.prediction}" in text
    for name, p in said.probabilities.items():
        assert f"{name} {p:.3f}" in text
    assert run.decision.words(run.classes)[1:] in text
    assert sha256(run.path / "model.safetensors") in text.replace(" ", "")
    assert not re.search(r'(?:src|href)="(?!data:)', page), "it needs no other file"


def test_python_writes_the_same_sheet(run, photo, tmp_path) -> None:
    CliRunner().invoke(app, ["explain", str(run.path), str(photo), "--sheet", "--out", str(tmp_path)], catch_exceptions=False)
    (by_command,) = tmp_path.glob("*-sheet.html")
    assert sl.case_sheet(run.path, photo, tmp_path / "own.html").read_text(encoding="utf-8") == by_command.read_text(encoding="utf-8")


def test_where_the_evidence_lies_is_said(run) -> None:
    region = np.zeros((90, 120), np.float32)
    region[:45, :60] = 1
    text = sheet(run, RAW, region, label="melanoma")
    share = share_inside(RAW, (0, 0, 120, 90), region)
    assert share is not None
    assert f"{share:.0%} of the positive evidence lies inside the annotation (white outline), which covers 25% of the picture" in text
    assert "The highest value lies at the upper left" in text
    assert "2 x 2 cells, each 60 x 45 pixels of the picture" in text
    assert "labelled: melanoma" in text
    assert "is not known for this picture" in sheet(run, RAW)
    assert "marked nothing" in sheet(run, RAW, np.zeros((90, 120), np.float32))


def test_a_map_without_evidence_is_said_in_words(run) -> None:
    text = sheet(run, -np.abs(RAW) - 1, np.ones((90, 120), np.float32))
    assert "The map points nowhere: no positive evidence." in text
    assert "lies inside" not in text
    assert "Outline of the map" not in text


def test_many_classes_fit(run) -> None:
    found = Explanation(
        np.zeros((90, 120, 3), np.uint8),
        "c39",
        {f"c{i}": 0.02 + 0.0005 * i for i in range(39)} | {"c39": 0.01},
        (Found("cam", "c39", RAW, "evidence"),),
        (0, 0, 120, 90),
    )
    page = case_sheet(Model.of(run), "a.png", asked_of(run), found)
    assert page.count('<th scope="row">') == MOST_CLASSES
    assert '<tr class="decided"><th scope="row">c39</th><td>0.010</td>' in page
    assert "31 other classes together" in page


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_it_prints_on_one_page(run, tmp_path) -> None:
    for name, shape in (("wide", (300, 900)), ("tall", (900, 300))):
        found = Explanation(
            np.full((*shape, 3), 99, np.uint8),
            "c0",
            {f"c{i}": 1 / 20 for i in range(20)},
            tuple(Found("cam", f"c{i}", RAW, "evidence") for i in range(4)),
            (0, 0, shape[1], shape[0]),
        )
        page, printed = tmp_path / f"{name}.html", tmp_path / f"{name}.pdf"
        page.write_text(case_sheet(Model.of(run), "a.png", asked_of(run), found), encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=60)
        assert re.findall(rb"/Type\s*/Page\b(?!s)", printed.read_bytes()) == [b"/Type /Page"]
