from __future__ import annotations

from sightline.results.search import SearchResult, SearchTrial


def tried(**changed: object) -> SearchResult:
    trials = [
        SearchTrial(candidate="energy", values={"losses.guidance.0.weight": 3}, scores=[0.7, 0.8], arms=["best"]),
        SearchTrial(candidate="labels", values={}, scores=[0.6]),
        SearchTrial(candidate="broken", values={}, scores=[None]),
    ]
    whole = {
        "score": "auc",
        "split": "val",
        "rungs": ["train.epochs = 2", "the whole training"],
        "seeds": 1,
        "trials": trials,
        "over": True,
    }
    return SearchResult.model_validate(whole | changed)


def test_a_candidate_is_said_with_the_values_that_were_drawn() -> None:
    assert [trial.says for trial in tried().trials] == ["energy: losses.guidance.0.weight = 3", "labels", "broken"]


def test_the_sentence_counts_how_far_they_went() -> None:
    assert tried().sentence == "Candidates tried, by auc on val: 3 with train.epochs = 2; 1 with the whole training."
    assert tried(over=False).sentence.startswith("The search is not over; candidates tried so far, by auc")


def test_it_is_kept_as_json() -> None:
    assert SearchResult.model_validate_json(tried().model_dump_json()) == tried()
