from __future__ import annotations

import pytest

from sightline.report.audit_words import factor, headline
from sightline.results.audit import AuditFacts, Counted, Finding, Reason, Training


@pytest.mark.parametrize(
    ("flag", "aligned", "given", "expected"),
    [
        ("aligned but relying", True, [("ruler", "relying")], "but its decision also rests on an artefact: ruler"),
        ("relying", False, [("ruler", "relying"), ("band_aid", "relying")], "Its decision rests on artefacts: ruler and band-aid"),
        ("relying", False, [("ruler", "relying"), ("gel", "thrown off")], "Its decision rests on an artefact: ruler"),
        ("relying", False, [("gel", "thrown off")], "Its decision rests on what lies outside the region"),
        ("thrown off", True, [("gel", "thrown off")], "on anything else that is known to have been in its training images"),
        ("no sign of relying", True, [], "It looks at the region, and there is no sign that it relies on anything else"),
    ],
)
def test_headlines(flag, aligned, given, expected):
    moved = Counted(value=1.5, low=1.4, high=1.6, n=50)
    found = [
        Finding(artefact=name, how="pasted", label="b", **moved.fields(), probability=moved, found=True, verdict=verdict)
        for name, verdict in given
    ]
    reasons = [Reason(kind="artefact", score=moved, finding=one) for one in found]
    tagged = {"ruler": Training(tagged=20, untagged=20, unsaid=0)}
    assert headline(AuditFacts(flag=flag, aligned=aligned, reasons=reasons, images=200, in_training=tagged)).endswith(expected)


@pytest.mark.parametrize("known", [None, {"gel": Training(tagged=0, untagged=0, unsaid=40)}])
def test_where_nobody_tagged_artefacts_the_headline_does_not_claim_that_none_was_learnt(known):
    said = headline(AuditFacts(flag="thrown off", aligned=True, images=200, in_training=known))
    assert said.startswith("Whether it relies on an artefact cannot be told, since no training image is tagged with one")


def test_factors_are_readable():
    assert [factor(x) for x in (-4.0, -0.357, 0.0, 1.2175, 4.0)] == ["0.02", "0.70", "1.00", "3.38", "55"]
