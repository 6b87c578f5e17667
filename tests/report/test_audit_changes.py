"""Each change that turns a notable share of the decisions has a sentence: more or fewer than its control, and whether that is expected."""

from __future__ import annotations

import pytest

from sightline.report.audit_changes import changes
from sightline.results import Score
from sightline.results.audit import AuditFacts, Condition, Counted, Finding, Reliance


def of(value: float, low: float | None = None, high: float | None = None) -> Score:
    return Score(value=value, low=value if low is None else low, high=value if high is None else high)


def facts(flips: dict[str, float], **differences: Score) -> AuditFacts:
    one = of(0.5)
    tests = {
        name: Condition(accuracy=one, auc=one, separation=one, probability=one, flips=of(value))
        for name, value in ({"as_is": 0.0} | flips).items()
    }
    return AuditFacts(images=60, reliance=Reliance(n=60, base_rate=one, conditions=tests, differences=differences))


def test_what_turns_few_decisions_has_no_sentence() -> None:
    assert changes(facts({"removed_mean": 0.09, "elsewhere_mean": 0.05})) == []
    assert changes(AuditFacts(images=60)) == []


@pytest.mark.parametrize(
    ("gap", "region", "elsewhere"),
    [
        ((0.2, 0.1, 0.3), "20 points (10 to 30) more than with an area", "20 points (10 to 30) fewer than with the region"),
        ((-0.2, -0.3, -0.1), "20 points (10 to 30) fewer than with an area", "20 points (10 to 30) more than with the region"),
        (
            (0.0, -0.1, 0.1),
            "elsewhere covered is 0 points (-10 to 10), which these images cannot tell from none.",
            "The difference to that with the region",
        ),
    ],
)
def test_a_cover_is_held_against_one_elsewhere_and_the_other_way_round(gap, region, elsewhere) -> None:
    said = changes(facts({"removed_blur": 0.45, "elsewhere_blur": 0.41}, region_flips_blur=of(*gap)))
    assert len(said) == 2
    assert said[0].startswith("With the region covered by blur, 45% of the decisions change.")
    assert region in said[0]
    assert said[1].startswith("With an area of the same size elsewhere covered by blur, 41% of the decisions change.")
    assert elsewhere in said[1]
    assert ("This is expected" in said[0]) == (gap[1] > 0)
    assert "expected" in said[1]
    assert "This is expected" not in said[1], "a control that turns so many is never expected"


def test_backgrounds_and_covers_without_control() -> None:
    said = changes(
        facts(
            {"only_mean": 0.3, "boxed_mean": 0.4, "background_same": 0.31, "background_other": 0.5},
            background_flips=of(0.19, 0.05, 0.3),
        )
    )
    assert [sentence.partition(",")[0] for sentence in said] == [
        "With all but the region covered by one colour",
        "With the region's box covered by one colour",
        "With the region on the background of an image of the same class",
        "With the region on the background of an image of another class",
    ]
    assert all("There is no control of this size" in sentence for sentence in said[:2])
    assert "19 points (5 to 30) more than on that of the same class. This is not expected" in said[3]
    assert "cannot be said" in changes(facts({"removed_mean": 0.5}))[0], "an audit of an earlier version"


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        ((-0.01, -0.1, 0.1), "The difference is -1 point (-10 to 10), which these images cannot tell from none"),
        ((-0.2, -0.3, -0.1), "That is fewer"),
        ((0.2, 0.1, 0.3), "That is more"),
    ],
)
def test_an_artefact_without_effect_is_held_against_its_control(gap, words) -> None:
    counted = Counted(value=0.0, low=-0.1, high=0.1, n=40)
    given = {"how": "pasted", "label": "m", "probability": counted, "n": 40, "value": 0.1, "low": -0.1, "high": 0.3, "p": 0.5}
    given |= {
        "flips": counted.but(value=0.16),
        "control_flips": counted.but(value=0.17),
        "excess_flips": Counted(**of(*gap).fields(), n=40),
    }
    one = Finding(artefact="calipers", **given)
    (said,) = changes(AuditFacts(images=60, artefacts=[one, one.but(found=True), one.but(flips=counted)]))
    assert said.startswith("Putting in calipers changes 16% of the decisions, its control 17%.")
    assert words in said
