from __future__ import annotations

from pathlib import Path

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


def test_an_audit_of_a_run_is_written_as_the_command_writes_it(
    run: Run, classifier: sl.GuidedClassifier, sets: DataSets, tmp_path: Path
) -> None:
    found = sl.audit(run.path, "matched", seconds=1, images=6, out=tmp_path / "audit", device="cpu")
    assert found.report is not None
    assert found.report.files == [str(tmp_path / "audit" / name) for name in ("audit.json", "audit.html")]
    assert all(Path(path).is_file() for path in found.report.files)
    assert (found.verdict, found.answers) == (found.report.headline, found.report.sentences)
    with pytest.raises(sl.UserError, match="`kind='skin'`: is no kind of image"):
        sl.audit(run, kind="skin")
    with pytest.raises(sl.UserError, match=r"`out=...`: is for runs, and a classifier is given"):
        sl.audit(classifier, sets["matched"], out=tmp_path)
    with pytest.raises(sl.UserError, match="'bootstrap': is for a classifier, and a run is given"):
        sl.audit(run, bootstrap=10)
