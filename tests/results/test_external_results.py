"""External validation, as objects."""

from __future__ import annotations

from invented_scores import scored
from kept import SCORE, kept, lacks, refuses

from sightline.results.external import Change, ExternalFindings, ExternalScores

THERE = ExternalScores(
    run="runs/a",
    data="folder",
    root="there",
    split="all",
    scores=scored([[3, 1], [2, 4]], n=10),
    own_split="test",
    changes=(Change(score="auc", own=SCORE, elsewhere=SCORE, difference=SCORE, sentence="As good."),),
    matched={"melanoma": "melanoma"},
    left_out={"wart": 2},
    lacking=(),
    notes=("The pictures are smaller.",),
)
BOTH = ExternalFindings(run="runs/a", data="folder", root=None, split="all", findings={"edema": THERE}, left_out={}, lacking=())


def test_scores_elsewhere_are_kept_beside_the_runs_own() -> None:
    plain = kept(THERE)
    assert plain["changes"][0]["sentence"] == "As good."
    assert THERE.files == ()
    assert kept(THERE.but(own_split=None, changes=()))["own_split"] is None
    lacks(THERE, "scores", "matched", "lacking")
    refuses(THERE, left_out="wart", notes=3)


def test_notes_of_several_findings_name_their_finding() -> None:
    assert BOTH.notes == ("edema: The pictures are smaller.",)
    assert "notes" not in kept(BOTH), "they follow from the rest"


def test_what_is_lacking_and_what_is_left_out_is_said() -> None:
    *_, lacking, left_out = BOTH.but(lacking=("mass", "nodule"), left_out={"hernia": 1, "fibrosis": 3}).notes
    assert lacking == "The data set says nothing of mass, nodule."
    assert left_out == "Findings that the run does not know are left out: hernia (1 image), fibrosis (3 images)."
