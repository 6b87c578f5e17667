"""The figures and panels of the page, with what is said of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.report import sections
from sightline.report.pictures import Charts


def test_regions_that_guided_are_shown_of_every_class_and_only_of_guided_runs(guided, label_only):
    shown = sections.taught(guided, "guided")
    assert [row[0].caption for row in shown.rows] == ["nevus", "melanoma", "nevus", "melanoma"]
    assert "told to look: as annotated" in shown.caption
    assert sections.taught(label_only, "label-only") is None


def test_the_regions_shown_are_those_after_their_change(guided):
    boxed = Run(guided.path)
    boxed.__dict__["recipe"] = guided.recipe.with_settings(data__roi={"shape": "box"})
    ids = [row["id"] for row in guided.split_table if row["split"] == "train"]
    for plain, changed in zip(guided.pictures("train", ids), boxed.pictures("train", ids), strict=True):
        assert changed.roi.sum() > 1.1 * plain.roi.sum()
        assert np.array_equal(changed.image, plain.image)
    held_out = guided.predictions("matched").ids[:3]
    for plain, same in zip(guided.pictures("matched", held_out), boxed.pictures("matched", held_out), strict=True):
        assert np.array_equal(same.roi, plain.roi)


def test_arms_are_shown_where_every_run_has_both_test_sets(guided: Run, label_only: Run) -> None:
    found = sections.arms(Charts(), [guided, label_only])
    accuracy = guided.scores["flipped"].accuracy.value
    assert f"accuracy flipped {accuracy:.3f}" in found.alt
    assert found.alt.count("EPG") == 3  # of both, and the title
    without: Any = SimpleNamespace(scores={"matched": guided.scores["matched"]})
    assert sections.arms(Charts(), [guided, without]) is None


def test_of_each_class_only_what_was_recognised_is_shown(label_only: Run) -> None:
    said = label_only.predictions("flipped")
    right = {id for id, one, label in zip(said.ids, said.probabilities.argmax(1), said.labels, strict=True) if one == label}
    assert 0 < len(right) < len(said.ids)
    found = sections.per_class(label_only, "label-only", "flipped")
    shown = {row[0].name for _, panel in found for row in panel.rows}
    assert shown
    assert shown <= right
    assert all(len(panel.rows) <= sections.PER_CLASS for _, panel in found)


def test_arms_side_by_side_need_a_second_arm(guided: Run, label_only: Run) -> None:
    assert sections.side_by_side([guided], "matched") is None
    found = sections.side_by_side([guided, label_only], "matched")
    assert len(found.rows) == sections.SIDE_BY_SIDE
    assert "images on which they disagree first" in found.caption


def test_the_matrix_counts_what_the_run_decides(guided: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "decision", Decision(1.0))
    alt = sections.matrix(Charts(), guided, "never", "matched").alt
    assert "called melanoma" not in alt
    melanomas = int(guided.predictions("matched").labels.sum())
    assert f"{melanomas} melanoma called nevus" in alt


def test_a_run_that_kept_no_curves_has_none(guided: Run, label_only: Run) -> None:
    silent = Run(label_only.path)
    silent.__dict__["history"] = []
    (chart,) = sections.learned(Charts(), [guided, silent])
    assert f"over {len(guided.history)} epochs" in chart.alt
