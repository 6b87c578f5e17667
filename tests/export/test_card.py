"""The model card tells what the run's files say."""

from __future__ import annotations

from sightline.engine.run import Run
from sightline.export.card import card
from sightline.report.notes import limits
from sightline.report.words import score_line


def test_it_tells_scores_levels_and_limits(finished: Run) -> None:
    text, scores = card(finished), finished.scores["val"]
    assert text.startswith("---\nlibrary_name: sightline\n")
    assert score_line(scores.accuracy) in text
    looked = scores.first_map
    assert looked is not None
    assert f"{score_line(looked.epg)} | {looked.epg.uniform:.3f}" in text
    assert all(sentence in text for sentence in limits([finished], "val", pictures=False))
    assert "images shown" not in text
    assert "not a medical device" in text
    assert all(f"| {name} |" in text for name in finished.classes)


def test_names_cannot_break_the_page(finished: Run, monkeypatch) -> None:
    monkeypatch.setattr(Run, "name", property(lambda run: "a|<b>\n# c"))
    assert "# a\\|&lt;b>\\n# c\n" in card(finished)
