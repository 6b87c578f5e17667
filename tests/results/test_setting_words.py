"""What a study's results say in words."""

from __future__ import annotations

import pytest

from sightline.results.setting_words import setting_words, value_words
from sightline.results.study import Comparisons


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"artefact": "ruler", "strength": 0.9}, "artefact ruler, strength 0.9"),
        ([{"name": "energy", "weight": 3}, {"name": "l2"}], "name energy, weight 3; name l2"),
        ([], "none"),
        ({}, "none"),
        (None, "none"),
        (0, "0"),
        (False, "False"),
    ],
)
def test_a_value_is_said_without_brackets_and_quotes(value: object, words: str) -> None:
    assert value_words(value) == words


def test_a_comparison_says_where_it_holds() -> None:
    part = Comparisons(score="auc", split="flipped", setting={}, family=1, confidence=0.95, rows=[])
    assert part.where == "auc on flipped"
    assert part.but(setting={"data.decoy": {"artefact": "ruler"}}).where == "auc on flipped, data.decoy = artefact ruler"
    assert setting_words({"train.epochs": 3, "losses.guidance": []}) == "train.epochs = 3, losses.guidance = none"
