"""A search of a study, as an object."""

from __future__ import annotations

from kept import kept, lacks, refuses

from sightline.results.search import SearchOutlook, SearchResult, SearchTrial

FIRST = SearchTrial(candidate="trial 1", values={"train.epochs": 3}, scores=[0.7, 0.8])
FOUND = SearchResult(
    score="val/auc",
    split="val",
    rungs=["2 epochs", "8 epochs"],
    seeds=1,
    trials=[FIRST, FIRST.but(candidate="trial 2", scores=[0.6]), FIRST.but(candidate="trial 3", scores=[None])],
    over=True,
)


def test_a_trial_says_its_name_and_its_values() -> None:
    assert FIRST.says == "trial 1: train.epochs = 3"
    assert FIRST.but(values={}).says == "trial 1"
    assert FIRST.arms == []


def test_a_search_says_how_many_candidates_came_how_far() -> None:
    assert FOUND.sentence == "Candidates tried, by val/auc on val: 3 with 2 epochs; 1 with 8 epochs."
    assert FOUND.but(over=False).sentence.startswith("The search is not over; candidates tried so far, by val/auc")


def test_trials_are_kept_also_those_that_failed() -> None:
    assert kept(FOUND)["trials"][2]["scores"] == [None]
    lacks(FOUND, "score", "trials", "over")
    refuses(FOUND, seeds=-1)
    outlook = SearchOutlook(candidates=9, rungs=["2 epochs", "8 epochs"], expected=[9, 3], seeds=1)
    assert kept(outlook)["expected"] == [9, 3]
    refuses(outlook, candidates=-1)
