from __future__ import annotations

from sightline.report.summary import hardest, judged_splits, most_telling


def test_which_sets_the_page_is_about(guided, label_only):
    assert judged_splits([guided, label_only])[0] == "matched"
    assert "val" not in judged_splits([guided, label_only])
    assert hardest(label_only, ["matched", "flipped", "removed"]) == "flipped"
    assert most_telling([guided, label_only], ["matched", "flipped", "removed"]) == "flipped"
