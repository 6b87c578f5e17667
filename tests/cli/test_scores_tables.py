"""What the terminal says of the scores of classes."""

from __future__ import annotations

from collections.abc import Callable

import invented_scores
import pytest

from sightline.cli.scores_tables import scores_table
from sightline.engine.decision import Decision
from sightline.results import Score, SplitScores
from sightline.results.calibration import Calibration
from sightline.results.scores import AUC, Decided, Groups, MaskScores, Pointing, VolumeScores

HALF = Score(value=0.5, low=0.25, high=0.75)
BARE = invented_scores.scored(((5, 1), (1, 5)), n=12, accuracy=HALF)
AT = Decided(threshold=0.375, sensitivity=HALF, specificity=HALF, balanced_accuracy=HALF, oracle=None)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The lines of a wide terminal, with single spaces."""
    monkeypatch.setattr("sightline.cli.console.console.width", 200)

    def made(scores: SplitScores, **more: object) -> list[str]:
        scores_table("a run", {"test": scores}, **more)
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return made


def test_what_was_not_measured_has_a_dash_or_no_column(shown: Callable[..., list[str]]) -> None:
    lines = shown(BARE)
    assert "split n accuracy balanced AUC EPG uniform / centre / shuffled" in lines
    assert "test 12 0.500 [0.250, 0.750] 0.500 [0.250, 0.750] 0.910 [0.880, 0.940] - -" in lines
    assert not any(line.startswith(("What the run predicts", "Points into", "As a predicted mask")) for line in lines)


def test_the_worst_group_has_a_column_where_there_are_groups(shown: Callable[..., list[str]]) -> None:
    lines = shown(BARE.but(groups=Groups(worst=Score(value=0.125, low=None, high=None), worst_group="nevus, ruler", by_group={})))
    assert any(line.endswith("shuffled worst group") for line in lines)
    assert any(line.startswith("test 12") and line.endswith("- - 0.125") for line in lines)


def test_volumes_have_a_row_of_their_own_with_their_threshold_as_it_is(shown: Callable[..., list[str]]) -> None:
    at = BARE.classification.but(at_threshold=AT, auc=AUC(value=0.75, low=None, high=None))
    whole = VolumeScores(n=3, slices=12, pool="mean", classification=at)
    decision = Decision(0.375, Calibration(method="temperature", slope=0.5, n=40))
    scores = BARE.but(volumes=whole, classification=BARE.classification.but(at_threshold=AT))
    lines = shown(scores, decisions={"test": decision})
    assert any(line.startswith("test, volumes (mean) 3 0.500") and "0.750" in line for line in lines)
    assert "What the run predicts: melanoma from a probability on, the threshold kept from the validation images" in lines
    assert any(line.startswith(f"test {decision.shown_at(0.375):.3f} 0.500") for line in lines), "that of slices is of calibrated ones"
    assert any(line.startswith("test, volumes (mean) 0.375 0.500") for line in lines), "that of volumes is already"
    assert any(line.startswith("test - 0.500") for line in shown(scores)), "without a decision nobody knows how it is calibrated"


def test_where_maps_point_is_shown_only_where_it_was_asked(shown: Callable[..., list[str]]) -> None:
    score = Pointing(value=0.875, low=0.75, high=0.96, n=16, chance=0.123, left_out=4)
    lines = shown(BARE.but(pointing={"cam": {"melanoma": score}}))
    assert "Points into its region" in lines
    assert "test melanoma cam 16 0.875 [0.750, 0.960] 0.12 4" in lines


def test_maps_that_are_masks_are_scored_as_masks(shown: Callable[..., list[str]]) -> None:
    score = MaskScores(n=9, jaccard=HALF, dice=HALF, empty=Score(value=0.0, low=None, high=None), whole=HALF)
    lines = shown(BARE.but(masks={"gate": score}))
    assert "test gate 0.500 [0.250, 0.750] 0.500 [0.250, 0.750] 0.000 0.500 [0.250, 0.750]" in lines
