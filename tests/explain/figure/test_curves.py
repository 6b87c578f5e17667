from __future__ import annotations

import pytest
from drawn_figures import kind
from invented_run import invent

from sightline.engine.files import write_table
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.explain.figure.curves import stage_starts
from sightline.explain.figure.kind import Options


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
