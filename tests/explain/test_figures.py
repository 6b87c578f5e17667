from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from invented_scores import scored
from matplotlib import _pylab_helpers
from PIL import Image

from sightline.explain.figures import (
    Arm,
    arms_chart,
    class_histogram,
    confusion,
    localisation_bars,
    loss_curves,
    roc_figure,
    save,
    svg,
    to_data_uri,
)
from sightline.results import Score
from sightline.results.scores import Curve, Level


def legend(figure):
    return [text.get_text() for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]


def test_roc_names_each_run_with_its_auc_and_interval(guided, label_only):
    figure = roc_figure([guided, label_only], "matched")
    auc = guided.scores["matched"].classification.auc
    assert legend(figure)[0] == f"guided  {auc.value:.3f} [{auc.low:.2f}, {auc.high:.2f}]"
    line = figure.axes[0].lines[1]
    assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(auc.value, abs=1e-6), "the curve is the one of the AUC"


def test_roc_of_one_run_with_three_classes_has_a_curve_for_each(guided):
    two = guided.scores["matched"]
    curves = dict.fromkeys("abc", Curve(fpr=[0, 1], tpr=[0, 1]))
    of_class = two.classification.per_class["nevus"].but(auc=Score(value=0.5, low=None, high=None))
    three = two.but(classification=two.classification.but(roc=curves, per_class=dict.fromkeys("abc", of_class)))
    run = type("R", (), {"scores": {"matched": three}, "classes": ("a", "b", "c"), "name": "r", "path": guided.path})()
    assert legend(roc_figure(run, "matched")) == ["a  0.500", "b  0.500", "c  0.500"]
    assert legend(roc_figure([run, guided], "matched"))[0].startswith("r  ")


def test_localisation_marks_stand_at_the_levels(guided):
    epg = guided.scores["matched"].localisation["cam"].epg
    axes = localisation_bars(guided, "matched").axes[0]
    marks = [float(line.get_xdata()[0]) for line in axes.lines if line.get_linestyle() == "None"]
    assert marks == pytest.approx([epg.uniform, epg.centre, epg.shuffled])
    assert axes.patches[0].get_width() == pytest.approx(epg.value)
    assert [float(x) for x in axes.lines[0].get_xdata()] == pytest.approx([epg.low, epg.high])


def test_localisation_bars_of_nothing_are_none(guided):
    run = type("R", (), {"scores": {"matched": scored([[1, 0], [0, 1]])}, "name": "r", "path": guided.path})()
    assert localisation_bars(run, "matched") is None


def test_the_arms_chart_draws_scores_that_could_not_be_computed():
    empty = Level(value=None, low=None, high=None)
    half = Level(value=0.5, low=None, high=None)
    figure = arms_chart([Arm("a", {"matched": half, "flipped": empty}, None), Arm("b", {"matched": half}, half)])
    assert "no map" in [t.get_text() for t in figure.axes[1].texts]
    assert figure.axes[0].texts[0].get_text() == "0.50"


def test_loss_curves_show_each_raw_loss_and_the_weights_where_they_change(guided):
    titles = [axes.get_title(loc="left") for axes in loss_curves(guided.history).axes]
    assert titles[:4] == ["total loss", "cross entropy", "outside", "energy"]
    assert "weights of the losses" in titles
    steady = [{k: 1.0 if k.startswith("weight/") else v for k, v in row.items()} for row in guided.history]
    assert "weights of the losses" not in [axes.get_title(loc="left") for axes in loss_curves(steady).axes]


def test_loss_curves_of_a_single_epoch_and_of_a_loss_that_sets_in_late():
    assert loss_curves([{"epoch": 0, "train/loss": 1.0, "train/focal": 1.0}]).axes
    late = [{"epoch": 0, "train/loss": 1.0, "train/focal": 1.0}, {"epoch": 1, "train/loss": 1.0, "train/focal": 1.0, "train/dice": 0.5}]
    line = loss_curves(late).axes[2].lines[0]
    assert np.isnan(line.get_ydata()[0])
    assert line.get_ydata()[1] == 0.5


def test_class_histogram_has_both_counts():
    words = [t.get_text() for t in class_histogram({"nevus": 1500, "melanoma": 40}, {"nevus": 1500, "melanoma": 1500}).axes[0].texts]
    assert words == ["1,500", "40", "1,500", "1,500"]


def test_confusion_counts_stand_in_the_row_of_the_true_class():
    figure = confusion(scored([[5, 3], [0, 0]], ["a", "b"]))
    at = {(t.get_position()[0], round(t.get_position()[1])): t.get_text() for t in figure.axes[0].texts[::2]}
    assert at[(1, 0)] == "3"
    assert [t.get_text() for t in figure.axes[0].texts[1::2]] == ["62%", "38%", "0%", "0%"]


def test_figures_are_written_as_png_and_pdf_whole_or_not_at_all(tmp_path, monkeypatch):
    figure = class_histogram({"a": 1})
    assert save(figure, tmp_path / "deep" / "f.png") == [tmp_path / "deep" / "f.png", tmp_path / "deep" / "f.pdf"]
    before = (tmp_path / "deep" / "f.png").read_bytes()

    def broken(path, **_):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(OSError, match="disk full"):
        save(figure, tmp_path / "deep" / "f.png")
    assert (tmp_path / "deep" / "f.png").read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["f.pdf", "f.png"]


def test_equal_figures_are_equal_files(tmp_path):
    for name in ("a", "b"):
        save(class_histogram({"a": 1}), tmp_path / f"{name}.png")
    for kind in ("png", "pdf"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert svg(class_histogram({"a": 1})) == svg(class_histogram({"a": 1}))


def test_figures_leave_no_global_state(guided):
    import matplotlib

    before = dict(matplotlib.rcParams)
    roc_figure(guided, "matched")
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.figs


def test_svg_is_well_formed_escaped_and_takes_on_the_pages_ink():
    text = svg(class_histogram({"<b>a & b": 3}), prefix="f1-")
    root = ET.fromstring(text)
    assert "<b>" not in text
    assert "&lt;b&gt;a &amp; b" in text
    assert "var(--ink" in text
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert ids
    assert all(i.startswith("f1-") for i in ids)
    assert all(used in ids for used in re.findall(r'(?:href="#|url\(#)([^")]+)', text)), "every reference has its target"


def test_data_uris_hold_the_picture():
    pixels = np.full((10, 20, 3), 200, np.uint8)
    for kind in ("png", "jpeg"):
        uri = to_data_uri(pixels, kind)
        assert uri.startswith(f"data:image/{kind};base64,")
        assert Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).size == (20, 10)
    assert to_data_uri(class_histogram({"a": 1}), "svg").startswith("data:image/svg+xml;base64,")
    with pytest.raises(TypeError):
        to_data_uri(pixels, "svg")
