"""Panels and figures as parts of a page."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from sightline.engine.run import Run
from sightline.explain.run_pictures import Cell
from sightline.report.pictures import Charts, panel, picture


def titled(title: str) -> Figure:
    figure = Figure(figsize=(2, 2))
    figure.subplots().set_title(title)
    return figure


def test_two_figures_of_a_page_share_no_ids() -> None:
    charts = Charts()
    ids = [set(re.findall(r'\bid="([^"]+)"', charts(titled("same"), "alt", "below").svg)) for _ in range(2)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_name_that_is_shown_shorter_is_whole_under_the_pointer_and_escaped() -> None:
    chart = Charts()(titled("bl…1<b>"), "words", "below", {"block.1<b>": "bl…1<b>", "same": "same"})
    assert "><title>block.1&lt;b&gt;</title>bl…1&lt;b&gt;</text>" in chart.svg
    assert (chart.alt, chart.caption) == ("words", "below")
    assert chart.svg.count("<title>block") == 1


def test_a_cell_has_the_tone_of_its_prediction_and_its_pixels() -> None:
    grey = np.full((8, 12, 3), 128, np.uint8)[:, ::-1]  # not in one piece in memory
    for right, tone in ((None, ""), (True, "right"), (False, "wrong")):
        found = picture(Cell(grey, "caption", right, "alt"))
        assert (found.tone, found.caption, found.alt) == (tone, "caption", "alt")
    head, data = found.uri.split(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (12, 8)


def test_a_panel_names_its_images_and_columns_and_is_none_without_images(guided: Run, label_only: Run) -> None:
    ids = guided.predictions("matched").ids[:2]
    assert panel([guided], "matched", [], "below") is None
    alone = panel([guided], "matched", ids, "Below.")
    assert alone.titles == ["image, label", "annotation", "attention (cam)"]
    assert [row[0].name for row in alone.rows] == list(ids)
    assert alone.caption.startswith("Below.")
    both = panel([guided, label_only], "matched", ids, "Below.")
    assert [len(row) for row in both.rows] == [4, 4]
    assert both.titles[2:] != ["attention (cam)"] * 2, "with several runs, a column has the name of its run"
