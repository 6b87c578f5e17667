"""What `audit.json` holds."""

from __future__ import annotations

import pytest
from kept import SCORE, UNKNOWN, kept, lacks, refuses

from sightline.results.audit import AuditReport, Change, Counted, Effect, Finding, Reason, Tag, Training
from sightline.results.base import FORMAT

COUNTED = Counted(**SCORE.fields() | {"n": 7})
CHANGE = Change(**SCORE.fields() | {"n": 7}, p=0.02, p_least=0.001)
RULER = Finding(**CHANGE.fields(), artefact="ruler", how="pasted", label="melanoma", probability=SCORE, p_holm=0.04, found=True)
TAG = Tag(tagged=3, untagged=5, accuracy_gap=SCORE, change={"nevus": CHANGE}, probability={}, worst=SCORE, worst_group=None, by_group={})
REPORT = AuditReport(
    images=8,
    run="runs/a",
    split="test",
    classes=["nevus", "melanoma"],
    headline="It relies on rulers.",
    sentences={"where": "On them."},
    files=[],
)


def test_counts_with_and_without_a_tag_have_their_plain_names_in_the_file() -> None:
    assert {name: kept(TAG)[name] for name in ("with", "without")} == {"with": 3, "without": 5}
    assert kept(Training(tagged=3, untagged=5, unsaid=1)) == {"with": 3, "without": 5, "unsaid": 1}
    assert Training(tagged=3, untagged=5, unsaid=1).tagged == 3
    lacks(TAG, "with", "without", "accuracy_gap")
    refuses(Training(tagged=3, untagged=5, unsaid=1), unsaid=-1)


def test_a_finding_has_its_class_its_verdict_and_one_of_the_three_kinds_of_test() -> None:
    plain = kept(RULER)
    assert (plain["class"], plain["how"], plain["p_holm"]) == ("melanoma", "pasted", 0.04)
    assert "verdict" not in plain, "what was not set is not written"
    assert (RULER.verdict, RULER.seen, RULER.flips) == ("", "unknown", None)
    refuses(RULER, how="guessed", verdict="bad", seen="perhaps", p_holm=float("nan"))


def test_a_change_says_of_how_many_images_it_is_and_need_not_have_a_value() -> None:
    assert kept(CHANGE)["n"] == 7
    assert Change(**UNKNOWN.fields()).p is None
    refuses(CHANGE, n=-1)


def test_an_effect_without_maps_has_no_attention_and_still_names_it() -> None:
    effect = Effect(
        n=4, draws=8, flips=COUNTED, control_flips=COUNTED, excess_flips=COUNTED, change={}, probability={}, area=COUNTED, attention=None
    )
    assert kept(effect)["attention"] is None
    lacks(effect, "attention", "control_flips")


def test_a_report_of_an_earlier_version_lacks_its_later_parts_and_is_read() -> None:
    assert kept(REPORT)["headline"] == REPORT.headline
    assert (REPORT.flag, REPORT.kind, REPORT.in_training, REPORT.artefacts, REPORT.changes) == ("not tested", None, None, [], [])
    whole = REPORT.but(artefacts=[RULER], reasons=[Reason(kind="artefact", score=COUNTED, finding=RULER)], flag="relying", format=FORMAT)
    assert kept(whole)["reasons"][0]["finding"]["class"] == "melanoma"
    refuses(REPORT, flag="bad", images=-1, threshold=1.5)
    lacks(REPORT, "run", "headline", "sentences")


def test_a_report_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match=f"its format is {FORMAT + 1}.*update sightline"):
        AuditReport.model_validate(REPORT.to_json() | {"format": FORMAT + 1})


def test_a_reason_is_of_one_of_three_kinds() -> None:
    for kind in ("artefact", "background", "outside"):
        assert kept(Reason(kind=kind, score=COUNTED))["kind"] == kind  # type: ignore[arg-type]
    refuses(Reason(kind="outside", score=COUNTED), kind="inside")
