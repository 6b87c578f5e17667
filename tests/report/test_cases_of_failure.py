"""Cards of failures: pictures for some, the name of each."""

from __future__ import annotations

from collections import Counter

from sightline.report.cases import DRAWN, cases


def test_cards_are_limited_and_the_rest_is_named(ruled, monkeypatch) -> None:
    whole = cases(ruled, "flipped")
    assert [card.number for card in whole.cards] == list(range(1, len(whole.cards) + 1))
    assert all(len(card.pictures) == 3 for card in whole.cards)
    assert all(kept.n > 0 for kept in whole.kinds)
    monkeypatch.setitem(DRAWN, "artefact", 1)
    few = cases(ruled, "flipped")
    before, after = (Counter(card.failure.kind for card in found.cards) for found in (whole, few))
    assert after == before | {"artefact": 1}
    assert few.every == whole.every
    assert f"of {len(few.cards)} of the {len(few.every)} images" in few.note
