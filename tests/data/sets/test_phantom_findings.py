"""The drawn radiographs with two findings."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.data.sets.phantom_findings import read
from sightline.types import Record

RECORDS = read(size=64, train=40, val=4, test=20, correlation=0.8, unknown=0.2)


def of(split: str) -> list[Record]:
    return [record for record in RECORDS if record.split == split]


def test_findings_occur_together_and_have_masks_of_their_own():
    both = next(record for record in of("matched") if record.label == "cardiomegaly;pneumonia")
    heart, opacity = (mark.source.draw() > 0 for mark in both.annotations)  # type: ignore[union-attr]
    assert [mark.finding for mark in both.annotations] == ["cardiomegaly", "pneumonia"]
    assert heart.any()
    assert opacity.any()
    assert not (heart & opacity).any()


@pytest.mark.parametrize(("split", "share"), [("train", 0.8), ("matched", 0.8), ("flipped", 0.2)])
def test_each_finding_has_a_shortcut_of_its_own(split, share):
    for finding, shortcut in (("cardiomegaly", "electrodes"), ("pneumonia", "token")):
        known = [record for record in of(split) if record.findings[finding] is not None]
        agreeing = np.mean([record.findings[finding] == record.tags[shortcut] for record in known])
        assert agreeing == pytest.approx(share, abs=0.06)
    assert not any(any(record.tags.values()) for record in of("removed"))


def test_a_label_that_is_not_known_has_no_mask():
    hidden = [record for record in of("train") if None in record.findings.values()]
    assert 0.2 < len(hidden) / 40 < 0.5
    for record in hidden:
        assert {mark.finding for mark in record.annotations} == {name for name, there in record.findings.items() if there}


def test_a_shortcut_changes_the_picture_where_it_is_marked_alone():
    with_it = next(record for record in of("flipped") if record.tags["electrodes"] and not record.tags["token"])
    without = next(record for record in of("removed") if record.group == with_it.group)
    changed = (with_it.image.draw() != without.image.draw()).any(axis=2)  # type: ignore[union-attr]
    (mark,) = with_it.avoid
    assert changed.any()
    assert not changed[mark.source.draw() == 0].any()  # type: ignore[union-attr]
