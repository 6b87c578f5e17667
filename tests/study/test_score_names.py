from __future__ import annotations

import pytest

from sightline.study.score_names import check_score, split_of


def test_the_split_stands_behind_the_brackets():
    assert split_of("auc[site=a@b]@test") == ("auc[site=a@b]", "test")
    assert split_of("auc[site=a@b]") == ("auc[site=a@b]", "")
    for name in ("auc[age=40-60]", "epg[!sex=f]", "auc[age=>=60]"):
        check_score(name)
    with pytest.raises(ValueError, match="say what is pasted"):
        check_score("pasted_flips[sex=f]")
