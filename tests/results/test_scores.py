"""The scores of one split, as objects."""

from __future__ import annotations

import pytest
from invented_scores import UNKNOWN as NONE
from invented_scores import scored
from kept import SCORE, kept, lacks, refuses
from pydantic import ValidationError

from sightline.results.base import FORMAT
from sightline.results.scores import AtDecision, Level, Localisation, Pointing, Positive, SplitScores, Thresholds

EPG = Level(**SCORE.fields(), uniform=0.2, centre=None, shuffled=0.3)
CAM = Localisation(n=8, epg=EPG, roi_area=SCORE)
SCORES = scored([[3, 1], [2, 4]], accuracy=SCORE, n=10)
DECISION = AtDecision(sensitivity=SCORE, specificity=SCORE, precision=SCORE, f1=NONE)


def test_the_levels_of_a_map_are_those_that_could_be_computed() -> None:
    assert EPG.levels == {"uniform": 0.2, "shuffled": 0.3}
    assert Level(**SCORE.fields()).levels == {}
    assert kept(EPG)["centre"] is None


def test_the_first_map_is_the_first_and_a_classifier_without_maps_has_none() -> None:
    assert SCORES.first_map is None
    other = CAM.but(n=3)
    assert SCORES.but(localisation={"gate": other, "cam": CAM}).first_map is other
    assert SCORES.accuracy is SCORES.classification.accuracy


def test_scores_are_kept_and_those_of_an_earlier_version_lack_the_later_parts() -> None:
    plain = kept(SCORES.but(localisation={"cam": CAM}))
    assert plain["localisation"]["cam"]["epg"]["uniform"] == 0.2
    assert (SCORES.format, SCORES.volumes, SCORES.by, SCORES.calibration, SCORES.sets) == (1, None, {}, None, None)
    assert (CAM.pointing, CAM.minmax_jaccard, CAM.at_threshold) == (None, None, None)
    lacks(SCORES, "n", "classes", "classification")
    refuses(SCORES, n=-1, classes="nevus")


def test_scores_of_a_later_version_are_refused() -> None:
    with pytest.raises(ValidationError, match=f"its format is {FORMAT + 1}.*update sightline"):
        SplitScores.model_validate(SCORES.to_json() | {"format": FORMAT + 1})
    assert SplitScores.model_validate(SCORES.to_json() | {"format": FORMAT}).format == FORMAT


def test_the_positive_class_has_its_name_as_class_in_the_file() -> None:
    positive = Positive(**DECISION.fields(), label="melanoma")
    assert kept(positive)["class"] == "melanoma"
    assert Positive.model_validate(DECISION.to_json() | {"label": "melanoma"}) == positive
    lacks(positive, "class", "f1")


def test_a_pointing_score_says_what_chance_reaches() -> None:
    pointing = Pointing(**SCORE.fields() | {"n": 9}, chance=0.1)
    assert kept(pointing)["chance"] == 0.1
    assert pointing.left_out == 0
    lacks(pointing, "n", "chance")
    refuses(pointing, chance=float("nan"))


def test_thresholds_say_on_which_split_they_were_chosen_and_lie_between_0_and_1() -> None:
    chosen = Thresholds(chosen_on="val", decision=0.4, maps={"cam": 0.5, "gate": None})
    assert kept(chosen) == {"from": "val", "decision": 0.4, "maps": {"cam": 0.5, "gate": None}}
    assert Thresholds.model_validate({"decision": None, "maps": {}}).chosen_on == "val"
    refuses(chosen, decision=1.2)
    with pytest.raises(ValidationError, match=r"maps\.cam"):
        Thresholds(decision=0.4, maps={"cam": -0.1})
