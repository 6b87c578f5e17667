"""A search of a study, as an object."""

from __future__ import annotations

from kept import kept, lacks, refuses

from sightline.results.search import SearchOutlook, SearchResult, SearchTrial

FIRST = SearchTrial(candidate="trial 1", values={"train.epochs": 3}, scores=[0.7, 0.8])
FOUND = SearchResult(
    score="auc",
    split="val",
    rungs=["2 epochs", "8 epochs"],
    seeds=1,
    drawn=4,
    trials=[FIRST, FIRST.but(candidate="trial 2", scores=[0.6]), FIRST.but(candidate="trial 3", scores=[None])],
    over=True,
)


def test_a_trial_says_its_name_and_its_values() -> None:
    assert FIRST.says == "trial 1: train.epochs = 3"
    assert FIRST.but(values={}).says == "trial 1"
    assert FIRST.arms == []


def test_a_search_says_how_many_trials_came_how_far() -> None:
    assert FOUND.sentence == "Trials drawn: 4; of the 3 different ones were trained: 3 with 2 epochs; 1 with 8 epochs."
    assert FOUND.but(over=False).sentence == f"{FOUND.sentence} The search is not over."


def test_trials_are_kept_also_those_that_failed() -> None:
    assert kept(FOUND)["trials"][2]["scores"] == [None]
    lacks(FOUND, "score", "trials", "over")
    refuses(FOUND, seeds=-1, drawn=-1)
    outlook = SearchOutlook(trials=9, rungs=["2 epochs", "8 epochs"], expected=[9, 3], seeds=1)
    assert kept(outlook)["expected"] == [9, 3]
    refuses(outlook, trials=-1)
