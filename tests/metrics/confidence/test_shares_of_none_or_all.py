"""A share of 0 of n, or of all of n, is not certain: its interval has a width, wherever one is made."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from sightline.audit.counterfactuals import summary
from sightline.audit.reliance import reliance_scores
from sightline.audit.scores import Sampling
from sightline.data.divide import divide
from sightline.metrics.comparisons.by_group import by_groups
from sightline.metrics.confidence.bootstrap import interval
from sightline.metrics.confidence.shares import wilson, with_width
from sightline.metrics.scores.answered import Answered
from sightline.metrics.scores.classification import classification
from sightline.metrics.scores.groups import group_accuracy
from sightline.metrics.scores.localisation import pointing_share
from sightline.metrics.scores.map_scores import localisation
from sightline.metrics.scores.thresholds import decision_at
from sightline.results import Score
from sightline.tag_groups import by_tag
from sightline.types import Record

LABELS = np.repeat([0, 1], [30, 20])
SURE = np.stack([1 - LABELS, LABELS], axis=1) * 0.8 + 0.1  # every answer is right
WRONG = SURE[:, ::-1]
SAMPLING: Sampling = {"bootstrap": 50, "confidence": 0.95, "seed": 0}


def ends(score: Score) -> tuple[float | None, float | None]:
    return score.low, score.high


def test_the_width_is_that_of_a_share_of_so_many_patients() -> None:
    assert ends(interval(np.ones(20), share=True)) == pytest.approx((0.8389, 1), abs=1e-4)
    assert ends(interval(np.zeros(20), share=True)) == pytest.approx((0, 0.1611), abs=1e-4)
    assert ends(interval(np.zeros(20))) == (0, 0), "a difference of 0 in every image is no share"
    of_five = interval(np.ones(20), groups=np.repeat(np.arange(5), 4), share=True)
    assert ends(of_five) == pytest.approx(wilson(1.0, 5))
    assert (of_five.method, interval(np.arange(20) % 2, share=True).method) == ("wilson", None)


def test_a_mean_of_shares_is_as_sure_as_both_together() -> None:
    low = 1 - sqrt((1 - wilson(1.0, 30)[0]) ** 2 + (1 - wilson(1.0, 20)[0]) ** 2) / 2
    assert ends(with_width(Score(value=1, low=1, high=1), (30, 20), 0.95)) == pytest.approx((low, 1))
    for kept in (Score(value=1, low=0.9, high=1), Score(value=0.5, low=0.5, high=0.5), Score(value=1, low=None, high=None)):
        assert with_width(kept, 20, 0.95) == kept
    assert with_width(Score(value=0, low=0, high=0), 0, 0.95).high == 0


def _widths(found: dict[str, Score]) -> dict[str, float]:
    return {name: (score.high or 0) - (score.low or 0) for name, score in found.items()}


@pytest.mark.parametrize("answers", [SURE, WRONG])
def test_no_share_of_a_split_is_certain(answers: np.ndarray) -> None:
    scores = classification(LABELS, answers, ["a", "b"], bootstrap=50)
    kept = decision_at(answers[:, 1], LABELS == 1, 0.5, bootstrap=50)
    shares = {name: getattr(scores, name) for name in ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "precision")}
    shares |= {f"kept {name}": getattr(kept, name) for name in ("sensitivity", "specificity", "balanced_accuracy")}
    for label, of in scores.per_class.items():
        shares |= {f"{label} {name}": getattr(of, name) for name in ("sensitivity", "specificity", "precision")}
    assert scores.positive is not None
    assert min(_widths(shares).values()) > 0.05, _widths(shares)
    assert ends(kept.sensitivity) == pytest.approx(wilson(float(answers is SURE), 20))
    groups = group_accuracy(LABELS, answers.argmax(axis=1), ["x", "y"] * 25, bootstrap=50)
    assert ends(groups.worst) == pytest.approx(wilson(float(answers is SURE), 25))


def test_no_share_of_a_group_is_certain() -> None:
    side = np.arange(50) % 2
    records = [Record(str(i), Path("x"), "a", tags={"side": ("left", "right")[place]}) for i, place in enumerate(side)]
    tag = divide(records, by_tag("side"))
    found = by_groups(Answered(LABELS, SURE, LABELS, ["a", "b"]), [tag], bootstrap=50)["side"]
    left = next(group for group in found.groups if group.name == "left")
    assert ends(left.scores["accuracy"]) == pytest.approx(wilson(1.0, 25))
    assert ends(left.scores["sensitivity"]) == pytest.approx(wilson(1.0, 10))
    assert ends(found.whole.scores["specificity"]) == pytest.approx(wilson(1.0, 30))
    assert ends(left.to_rest["accuracy"]) == (0, 0), "a difference, and no share"


def test_no_share_of_maps_is_certain() -> None:
    regions = np.zeros((12, 8, 8), np.float32)
    regions[:, 2:4, 2:4] = 1
    maps = regions[:, ::2, ::2]
    assert ends(pointing_share(maps, regions > 0, bootstrap=50)) == pytest.approx(wilson(1.0, 12))
    found = localisation(maps, regions, np.ones(12, bool), bootstrap=50)
    assert found.pointing is not None
    assert ends(found.pointing) == pytest.approx(wilson(1.0, 12))


def test_no_share_of_an_audit_is_certain() -> None:
    tests = ("as_is", *(f"{kind}_{how}" for kind in ("only", "removed", "boxed", "elsewhere") for how in ("mean", "blur")))
    answers = dict.fromkeys((*tests, "background_same", "background_other"), SURE)
    found = reliance_scores(answers, LABELS, None, SAMPLING)
    for name, condition in found.conditions.items():
        assert ends(condition.flips) == pytest.approx(wilson(0.0, 50)), name
        assert ends(condition.accuracy) == pytest.approx(wilson(1.0, 50)), name
    assert ends(found.differences["background_flips"]) == (0, 0), "a difference, and no share"
    artefact = summary(dict.fromkeys(("before", "after", "control"), SURE), ["a", "b"], None, 50, SAMPLING)
    for name in ("flips", "control_flips"):
        assert ends(artefact[name]) == pytest.approx(wilson(0.0, 50)), name


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("hits", [0, 1, 5, 11, 12])
def test_wilsons_interval_is_scipys(hits: int, confidence: float) -> None:
    theirs = binomtest(hits, 12).proportion_ci(confidence, method="wilson")
    assert wilson(hits / 12, 12, confidence) == pytest.approx((theirs.low, theirs.high))
    if hits in (0, 12):
        share = float(hits == 12)
        assert ends(with_width(Score(value=share, low=share, high=share), 12, confidence)) == pytest.approx((theirs.low, theirs.high))
        assert ends(interval(np.full(12, share), share=True, confidence=confidence)) == pytest.approx((theirs.low, theirs.high))
