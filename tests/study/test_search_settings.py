from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sightline.study.search_settings import Candidate, Range, Search


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"low": 2, "high": 1}, "low < high"),
        ({"low": 0, "high": 1, "log": True}, "begins above 0"),
        ({"low": 0.5, "high": 2, "whole": True}, "whole numbers"),
        ({"low": True, "high": 2}, "not true or false"),
    ],
)
def test_what_is_no_range_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Range.model_validate(wrong)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"among": []}, "at least 1"),
        ({"among": [{"name": "a"}, {"name": "a"}]}, "two candidates are called 'a'"),
        ({"among": [{"name": "a", "like": "random"}]}, "no ready-made arm 'random'"),
        ({"among": [{"name": "a", "like": "pseudo-roi"}]}, "draws no regions"),
        ({"among": [{"name": "a", "tune": {"x": []}}]}, "at least 1"),
        ({"among": [{"name": "a"}], "score": "acc"}, "no score 'acc'"),
        ({"among": [{"name": "a"}, {"name": "b"}], "trials": 1}, "too few to try each of 2 candidates"),
        ({"among": [{"name": "a"}], "keep": 1}, "greater than or equal to 2"),
    ],
)
def test_what_is_no_search_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Search.model_validate(wrong)


def test_a_search_is_no_larger_than_what_there_is_to_try() -> None:
    lists = {"name": "lists", "tune": {"x": [1, 2], "y": [1, 2, 3]}}
    assert Candidate.model_validate(lists).combinations == 6
    few = Search.model_validate({"among": [lists, {"name": "one"}], "trials": 24, "rungs": [{}, {}]})
    assert (few.drawn, few.exhaustive, few.expected) == (7, True, [7, 3, 1])
    groups = Search.model_validate({"among": [lists], "trials": 6, "rungs": [{}], "at_once": 4})
    assert groups.expected == [6, 2 + 1], "of four drawn together two, of two one"
    some = Search.model_validate({"among": [lists], "trials": 5})
    assert (some.drawn, some.exhaustive, some.expected) == (5, False, [5])
    endless = Search.model_validate({"among": [lists, {"name": "range", "tune": {"x": {"low": 0, "high": 1}}}]})
    assert (endless.drawn, endless.exhaustive) == (24, False)


def test_a_ready_made_arm_brings_what_it_tries() -> None:
    decay = Candidate.model_validate({"name": "decay", "like": "weight-decay"})
    assert list(decay.tuned) == ["train.optimizer.weight_decay"]
    assert decay.combinations == 4
