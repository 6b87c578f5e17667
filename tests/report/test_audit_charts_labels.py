"""Names of layers in the figure of scrambled weights do not run into each other, and are whole under the pointer."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from sightline.report.audit_charts import cascade_chart
from sightline.report.pictures import Charts
from sightline.report.words import shortened
from sightline.results.audit import Counted, Randomisation, Step

LONG = [f"backbone.blocks.{i}.{j}.conv_pw<b>" for i in range(4) for j in range(3)]


@pytest.fixture
def cascade() -> Randomisation:
    one = Counted(value=0.5, low=0.4, high=0.6, n=20)
    return Randomisation(n=20, steps=[Step(name=name, rank_correlation=one, ssim=one) for name in ["head", *LONG]], other_images=one)


def test_labels_do_not_overlap(cascade: Randomisation) -> None:
    figure = cascade_chart(cascade)
    figure.canvas.draw()
    (axes,) = figure.axes
    labels = axes.get_xticklabels()
    assert max(len(label.get_text()) for label in labels) <= 16
    starts = [label.get_window_extent().x1 for label in labels]
    least = min(b - a for a, b in pairwise(starts))
    assert least > labels[0].get_fontsize() * figure.dpi / 72, "turned labels stand at least a line apart"
    assert axes.get_window_extent().height > 0.5 * figure.bbox.height, "labels leave room for the curves"


def test_whole_names_are_shown_under_the_pointer(cascade: Randomisation) -> None:
    names = shortened([step.name for step in cascade.steps])
    assert len(set(names.values())) == len(names)
    drawn = Charts()(cascade_chart(cascade), "", "", names).svg
    titles = re.findall(r"<title>([^<]*)</title>", drawn)
    assert titles == [name.replace("<b>", "&lt;b&gt;") for name in LONG]
    assert ">head</text>" in drawn
