"""What a study's results say in words."""

from __future__ import annotations

import pytest

from sightline.results.setting_words import setting_words, value_words, where


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


def test_a_setting_names_its_keys_and_stands_behind_score_and_split() -> None:
    assert setting_words({"train.epochs": 3, "losses.guidance": []}) == "train.epochs = 3, losses.guidance = none"
    assert setting_words({}) == ""
    assert where("auc", "flipped", {}) == "auc on flipped"
    assert where("auc", "flipped", {"data.decoy": {"artefact": "ruler"}}) == "auc on flipped, data.decoy = artefact ruler"
