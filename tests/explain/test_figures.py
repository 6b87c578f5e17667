from __future__ import annotations

import numpy as np
import pytest
from invented_scores import scored

from sightline.explain.figures import (
    class_histogram,
    confusion,
    loss_curves,
    roc_figure,
)
from sightline.results import Score
from sightline.results.scores import Curve


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
