from __future__ import annotations

import pytest
from invented_run import invent

from sightline.explain.panels import attention_panel, choose, compare_grid


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in (*axes.texts, axes.title)]


def test_the_grid_has_a_row_per_image_and_a_column_per_run(guided, label_only):
    figure = compare_grid([guided, label_only], "matched", choose([guided, label_only], "matched", 3))
    assert len(figure.axes) == 3 * 4
    assert [axes.get_title(loc="left") for axes in figure.axes[:4]] == ["image", "annotation", "guided", "label-only"]


def test_a_run_without_maps_still_shows_its_predictions(tmp_path):
    plain = {"attention": {"name": "none"}}
    run = invent(tmp_path / "plain", "demo-label-only", settings=plain, maps=(), splits=("matched",))
    figure = compare_grid([run], "matched", run.predictions("matched").ids[:2])
    assert len(figure.axes) == 2 * 3


@pytest.mark.parametrize("cmap", ["default", "jet", "signed"])
def test_every_colour_scheme_draws(guided, cmap):
    assert attention_panel(guided, "matched", guided.predictions("matched").ids[:1], cmap=cmap).axes
