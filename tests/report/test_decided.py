from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.report.decided import by_decision, how


@pytest.fixture
def strict(guided: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same run, which decides for melanoma only from a probability of 0.9 on."""
    monkeypatch.setattr(Run, "decision", Decision(0.9))
    return Run(guided.path)


def test_where_the_most_probable_class_is_decided_for_the_scores_stay_as_they_are(guided: Run) -> None:
    assert by_decision(guided, "matched") == guided.scores["matched"]
    assert how(guided) == ""


def test_a_threshold_moves_the_counts_of_classes(strict: Run) -> None:
    found = by_decision(strict, "matched").classification
    said = strict.predictions("matched")
    called = said.probabilities[:, 1] >= 0.9
    counts = [[int(np.sum((said.labels == label) & (called == decided))) for decided in (0, 1)] for label in (0, 1)]
    assert found.confusion == counts != strict.scores["matched"].classification.confusion
    for i, name in enumerate(strict.classes):
        assert found.per_class[name].sensitivity.value == counts[i][i] / sum(counts[i])
        assert found.per_class[name].auc == strict.scores["matched"].classification.per_class[name].auc
    assert how(strict) == "decided for melanoma from a probability of 0.900, the threshold kept from the validation images"


def test_intervals_are_those_at_the_kept_threshold_and_validation_images_have_none(strict: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    scores, validated = strict.scores["matched"], strict.scores["val"]
    one, other = (scores.accuracy.but(low=low, high=0.9) for low in (0.1, 0.2))
    at = SimpleNamespace(sensitivity=one, specificity=other)
    kept = scores.but(classification=scores.classification.but(at_threshold=at))
    without = validated.but(classification=validated.classification.but(at_threshold=None))
    monkeypatch.setattr(Run, "scores", {"matched": kept, "val": without})
    tested, chosen = (by_decision(strict, split).classification.per_class for split in ("matched", "val"))
    assert (tested["melanoma"].sensitivity, tested["nevus"].sensitivity) == (one, other)
    assert chosen["melanoma"].sensitivity.interval is None
