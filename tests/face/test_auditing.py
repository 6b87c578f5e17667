from __future__ import annotations

import pytest

import sightline as sl
from sightline.engine.run import Run
from sightline.face.data_sets import DataSets


def test_an_audit_of_a_classifier_and_of_a_run(classifier: sl.GuidedClassifier, run: Run, sets: DataSets) -> None:
    found = sl.audit(classifier, sets["matched"], seconds=1, images=6, bootstrap=10)
    assert found.verdict
    assert found.facts.images == 6
    assert sl.audit(run, "matched", seconds=1, images=6).answers.keys() >= {"Does it look at the region?"}
    with pytest.raises(sl.UserError, match="a classifier is audited on images"):
        sl.audit(classifier)
    with pytest.raises(sl.UserError, match="a run is audited on a split of its own"):
        sl.audit(run, sets["matched"])
