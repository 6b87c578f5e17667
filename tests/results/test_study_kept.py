"""What a study may say, as objects."""

from __future__ import annotations

import pytest
from kept import kept, lacks, refuses

from sightline.results.base import FORMAT
from sightline.results.study import Arm, ArmDifference, Candidate, Comparisons, Judgement, OverSeeds, StudyResult

DIFFERENCE = OverSeeds(
    value=0.04,
    low=0.01,
    high=0.07,
    p=0.02,
    confidence=0.95,
    per_seed=[0.05, None, 0.03],
    seeds=2,
    images=100,
    patients=80,
    sd_seeds=0.01,
    se_images=0.01,
    se_own=None,
    se=0.014,
    seed_share=0.4,
)
VERDICT = Judgement(word="better", sentence="It is better.", smallest=0.02, value=0.04, low=0.01, high=0.07)
ROW = ArmDifference(arm="true-roi", base="label-only", difference=DIFFERENCE, simultaneous=DIFFERENCE, p_holm=0.04, verdict=VERDICT)
PART = Comparisons(score="auc", split="flipped", setting={"data.image_size": 64}, family=2, confidence=0.95, rows=[ROW])
STUDY = StudyResult(
    name="phantom-controls",
    title="Does guidance help?",
    recipe="energy",
    decides=("auc", "flipped"),
    matters=0.02,
    arms=[
        Arm(
            name="true-roi",
            says="guided",
            trainings=3,
            candidates=[Candidate(values={"train.optimizer.lr": 0.01})],
            drawn=None,
            seconds=40.0,
        )
    ],
    levels=[],
    comparisons=[PART],
    notes=[],
    conclusion=["Yes."],
    answer=["It is better."],
    failed=[],
    missing=0,
)


def test_a_study_is_kept_down_to_the_seeds_that_have_no_score() -> None:
    plain = kept(STUDY)
    assert plain["comparisons"][0]["rows"][0]["difference"]["per_seed"] == [0.05, None, 0.03]
    assert plain["decides"] == ["auc", "flipped"]
    assert plain["arms"][0]["candidates"] == [{"train.optimizer.lr": 0.01}]
    lacks(STUDY, "decides", "comparisons", "conclusion", "missing")
    refuses(STUDY, missing=-1, notes="none")


def test_a_study_of_an_earlier_version_has_no_search_and_one_of_a_later_version_is_refused() -> None:
    assert (STUDY.search, STUDY.format, STUDY.files) == (None, 1, [])
    with pytest.raises(ValueError, match=f"its format is {FORMAT + 1}"):
        StudyResult.model_validate(STUDY.to_json() | {"format": FORMAT + 1})


def test_a_verdict_is_one_of_six_words_and_says_what_it_would_take_only_where_that_is_known() -> None:
    for word in ("better", "worse", "not distinguishable", "too small a test set to tell", "too few seeds to tell", "not measured"):
        assert kept(VERDICT.but(word=word))["word"] == word
    refuses(VERDICT, word="good", value=float("nan"))
    assert (VERDICT.detectable, VERDICT.needs_images, VERDICT.needs_seeds) == (None, None, None)


def test_comparisons_of_one_setting_say_which() -> None:
    assert PART.where == "auc on flipped, data.image_size = 64"
    refuses(PART, family=-1)
    lacks(ROW, "simultaneous", "p_holm", "verdict")
