from __future__ import annotations

import pytest

from sightline.engine.run import Run
from sightline.report.notes import TERMS, limits
from sightline.results.scores import Groups

DRAWN, CHOSEN, PICKED = "are drawn by a computer", "these validation images also chose", "The images shown were picked"


def said(run: Run, split: str = "matched", **named: bool) -> str:
    return "\n".join(limits([run], split, **named))


def test_drawn_pictures_and_validation_images_are_named_first(guided: Run) -> None:
    first, second, *_ = limits([guided], "val")
    assert DRAWN in first
    assert CHOSEN in second
    assert CHOSEN not in said(guided)
    own = Run(guided.path)
    own.__dict__["recipe"] = guided.recipe.with_settings(data__name="folder")
    assert DRAWN not in said(own)


def test_only_what_applies_is_said(guided: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PICKED in said(guided)
    assert PICKED not in said(guided, pictures=False)
    scores = guided.scores["matched"].but(groups=None)
    (name, looked), *_ = scores.localisation.items()
    clean = scores.but(localisation={name: looked.but(unknown=0, blank=0)})
    monkeypatch.setattr(Run, "scores", {"matched": clean})
    for words in ("without annotation", "pointed nowhere", "worst group"):
        assert words not in said(guided)
    worst = Groups(worst=scores.accuracy, worst_group="nevus, ruler", by_group={})
    monkeypatch.setattr(Run, "scores", {"matched": clean.but(groups=worst, localisation={name: looked.but(unknown=1, blank=2)})})
    found = said(guided)
    assert "1 image without annotation took no part" in found
    assert "2 attention maps pointed nowhere and count as misses." in found
    assert "picked because it is the worst" in found
    assert found.endswith("For research. Not a medical device.")


@pytest.mark.parametrize("word", TERMS)
def test_a_term_is_explained_in_one_or_two_whole_sentences(word: str) -> None:
    meaning = TERMS[word]
    assert meaning[0].isupper()
    assert meaning.endswith(".")
    assert len(meaning) < 150, "it is shown under the pointer"
