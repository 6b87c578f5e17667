"""Scores of images with several findings, as objects."""

from __future__ import annotations

import pytest
from invented_scores import scored
from kept import SCORE, kept, lacks, refuses

from sightline.results.base import FORMAT
from sightline.results.findings import FindingsScores, Macro

MACRO = Macro(auc=SCORE, average_precision=SCORE)
SCORES = FindingsScores(n=10, findings={"edema": scored([[3, 1], [2, 4]], ("no edema", "edema"), n=10)}, macro=MACRO)


def test_each_finding_is_kept_as_two_classes_and_their_means_beside_them() -> None:
    plain = kept(SCORES)
    assert plain["findings"]["edema"]["classes"] == ["no edema", "edema"]
    assert plain["macro"]["auc"]["value"] == SCORE.value
    lacks(SCORES, "n", "findings", "macro")
    refuses(SCORES, n=-1)


def test_means_of_validation_images_and_without_maps_lack_what_they_cannot_have() -> None:
    assert (MACRO.balanced_accuracy, MACRO.sensitivity, MACRO.specificity, MACRO.epg) == (None,) * 4
    assert set(kept(MACRO)) == {"auc", "average_precision"}
    lacks(MACRO, "auc")


def test_a_file_without_a_format_is_of_the_first_and_a_later_one_is_refused() -> None:
    assert SCORES.format == 1
    with pytest.raises(ValueError, match=f"its format is {FORMAT + 1}"):
        FindingsScores.model_validate(SCORES.to_json() | {"format": FORMAT + 1})
