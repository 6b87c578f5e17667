from __future__ import annotations

import pytest
from invented_scores import scored
from kept import kept, lacks, refuses

from sightline.results.base import FORMAT
from sightline.results.folds import FoldScores

ONE = scored([[3, 1], [2, 4]], n=10)
FOLDS = FoldScores(folds=2, scores=ONE.but(n=20), of_fold=[ONE, ONE])


def test_the_scores_of_all_folds_and_of_each_are_kept_and_the_folder_is_no_part_of_the_file() -> None:
    plain = kept(FOLDS)
    assert (plain["folds"], plain["scores"]["n"], [one["n"] for one in plain["of_fold"]]) == (2, 20, [10, 10])
    assert FOLDS.folder == ""
    assert "folder" not in plain
    lacks(FOLDS, "folds", "scores", "of_fold")
    refuses(FOLDS, folds=-1, of_fold=3)


def test_a_file_without_a_format_is_of_the_first_and_a_later_one_is_refused() -> None:
    assert FOLDS.format == 1
    with pytest.raises(ValueError, match=f"its format is {FORMAT + 1}"):
        FoldScores.model_validate(FOLDS.to_json() | {"format": FORMAT + 1})
