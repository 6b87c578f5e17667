"""From made-up effects to what may be said of artefacts."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.audit.examine import concluded
from sightline.audit.findings import artefacts, flag
from sightline.report.audit_words import headline, sentences
from sightline.results.audit import AuditFacts, Change, Counted, Effect, ImageKind, Tag, Training
from sightline.results.scores import Level

HAD = Training(tagged=40, untagged=60, unsaid=0)
NEVER = Training(tagged=0, untagged=100, unsaid=0)
HARDLY_SAID = Training(tagged=0, untagged=3, unsaid=97)


def share(value: float, wide: float = 0.01) -> Counted:
    return Counted(value=value, low=value - wide, high=value + wide, n=50)


def shift(odds: float, p: float, n: int = 50, **least: float) -> Change:
    return Change(value=odds, low=odds - 0.1, high=odds + 0.1, n=n, p=p, **least)


def one(odds: float, p: float = 0.001, *, moved: float | None = None, turned: float = 0.1, control: float = 0.0, wide: float = 0.01, n=50):
    """An effect on the odds of class b, on its probability, and on the decisions beyond the control."""
    return Effect(
        n=n,
        draws=n,
        change={"b": shift(odds, p, n, p_least=2.0 ** (1 - n))},
        probability={"b": share(odds / 10 if moved is None else moved, wide)},
        flips=share(turned),
        control_flips=share(control),
        excess_flips=share(turned - control, wide),
        area=share(0.1),
        attention=None,
    )


def tagged(odds: float, p: float, n: int = 50) -> Tag:
    """Images with a tag, on which the odds of class b are higher."""
    return Tag(
        tagged=n,
        untagged=n,
        worst=share(0.9),
        worst_group="a, tag",
        by_group={},
        accuracy_gap=share(0.0),
        change={"b": shift(odds, p, n)},
        probability={"b": share(odds / 10)},
    )


def facts(**parts) -> AuditFacts:
    """What such effects allow to say."""
    return concluded(AuditFacts(**{"images": 200, "in_training": {}} | parts))


def answer(given: AuditFacts) -> str:
    return dict(sentences(given))["Which artefacts change its answers?"]


@pytest.mark.parametrize(
    ("known", "seen", "verdict"),
    [
        ({"gel": HAD}, "yes", "relying"),
        ({"gel": NEVER}, "no", "thrown off"),
        ({"ruler": HAD}, "unknown", "thrown off"),
        ({"gel": HARDLY_SAID}, "unknown", "thrown off"),
        ({}, "unknown", "thrown off"),
        (None, "unknown", "thrown off"),
    ],
)
@pytest.mark.parametrize("how", ["pasted", "removed"])
def test_only_what_was_in_training_can_be_relied_on(known, seen, verdict, how):
    given = facts(**{how: {"gel": one(1.5)}}, in_training=known)
    (row,) = given.artefacts
    assert (row.found, row.seen, row.verdict) == (True, seen, verdict)
    assert given.flag == verdict
    said = headline(given)
    assert ("rests on an artefact: gel" in said) == (verdict == "relying")
    if verdict != "relying":
        assert "gel" not in said, "never the headline"
        assert "gel" in answer(given)


def test_the_three_states_are_told_apart_in_words():
    given = facts(pasted={"gel": one(1.5), "ink": one(2.0), "ruler": one(0.9)}, in_training={"ruler": HAD, "ink": NEVER})
    assert headline(given) == "Its decision rests on an artefact: ruler"
    said = answer(given)
    assert said.startswith("Putting in ruler makes the odds of b 2.46")
    assert "Thrown off by drawings of artefacts that are in no training image: ink put in (odds of b 7.39 times" in said
    assert "that it may never have seen, since nobody tagged whether its training images have it: gel put in" in said
    assert "Tags of gel on the training images would show" in said
    assert "could not be read" in answer(facts(pasted={"gel": one(1.5)}, in_training=None))


@pytest.mark.parametrize(
    ("effect", "found"),
    [
        (one(1.5, turned=0.10, control=0.02, moved=0.0), True),  # decisions alone
        (one(1.5, turned=0.00, control=0.00, moved=0.15), True),  # the probability alone
        (one(-1.5, turned=0.00, control=0.00, moved=-0.15), True),
        (one(1.5, turned=0.05, control=0.10, moved=0.0), False),  # fewer decisions than under the control
        (one(1.5, turned=0.00, control=0.00, moved=0.004, wide=0.001), False),  # large odds of a tiny probability
        (one(1.5, turned=0.10, control=0.02, moved=0.1, wide=0.2), False),  # neither is sure
        (one(1.5, turned=0.01, control=0.00, moved=0.0, wide=0.001), False),  # sure, and too small to matter
        (one(0.1, turned=0.10, control=0.02, moved=0.1), False),  # the odds hardly move
        (one(1.5, p=0.06), False),
    ],
)
def test_an_effect_needs_odds_and_decisions_or_probability(effect, found):
    (row,) = artefacts({}, {"gel": effect}, {}, {"gel": HAD})
    assert row.found == found
    assert row.verdict == ("relying" if found else "")


def test_findings_are_sure_after_correction_large_enough_and_sorted_by_what_they_mean_and_by_effect():
    given = facts(
        tags={"hair": tagged(0.4, 0.02)},
        pasted={"ruler": one(0.9), "ink": one(-2.0), "gel": one(0.1, 0.0001), "text": one(0.5, 0.3)},
        removed={"ruler": one(-1.2, 0.0002)},
        in_training={"ruler": HAD, "ink": NEVER, "hair": HAD},
    )
    sure = [(row.artefact, row.how, row.verdict) for row in given.artefacts if row.found]
    relies = [("ruler", "removed", "relying"), ("ruler", "pasted", "relying")]
    assert sure == [*relies, ("ink", "pasted", "thrown off"), ("hair", "tag", "differs")]
    assert {row.artefact: row.p_holm for row in given.artefacts}["hair"] == pytest.approx(0.04), "the fifth of six"
    assert [(row.finding.artefact, row.finding.verdict) for row in given.reasons] == [
        ("ruler", "relying"),
        ("ruler", "relying"),
        ("ink", "thrown off"),
    ]
    assert flag(Level(value=0.95, low=0.9, high=1.0, uniform=0.1), given.reasons, True) == "aligned but relying"
    assert flag(None, given.reasons[2:], True) == "thrown off"
    assert artefacts({}, {}, {}, None) == []


def test_of_several_classes_the_one_that_moves_most_is_named():
    first = one(0.9)
    change = first.change | {"c": first.change["b"].but(value=-1.5)}
    both = first.but(change=change, probability=first.probability | {"c": share(-0.3)})
    (row,) = artefacts({}, {"ruler": both}, {}, None)
    assert row.label == "c"
    assert row.p_holm == pytest.approx(0.002)


def test_beside_no_sign_stands_what_may_have_gone_unseen():
    said = answer(facts(pasted={"gel": one(0.1, 0.3, n=40), "ink": one(-0.6, 0.2, n=60)}))
    assert said == (
        "None was found: no effect of ink and gel that is significant and large enough to matter; from 40 to 60 images, changes of the "
        f"odds by a factor of up to {np.exp(0.7):.2f} (ink), or its reciprocal, are not ruled out."
    )


def test_few_images_are_said_where_nothing_was_found():
    few = facts(pasted={"gel": one(1.5, 0.13, n=4)}, images=12)
    assert few.artefacts[0].too_few, "sixteen patterns of signs: the smallest p is 1/8"
    assert answer(few) == "Too few images to find anything: gel put in (4 images)."
    assert headline(few) == "There is no sign that it relies on anything else; but only 12 images could be tried"
    assert headline(facts(pasted={"gel": one(0.1, 0.3)})) == "There is no sign that it relies on anything else"


def test_the_kind_of_image_is_said_with_how_it_was_found():
    def said(name: str, how: str) -> str:
        return dict(sentences(facts(kind=ImageKind(name=name, how=how, tried=["text", "token"]))))["Which artefacts were tried?"]

    assert said("ultrasound", "data set") == "Kind of image: ultrasound (as the data set says). Put in: text and side marker."
    assert "(as told)" in said("xray", "told")
    assert "guessed from grey pictures, which may be ultrasound or X-ray; to change it, set data.kind" in said("grey", "guessed")
    assert "guessed from pictures in colour" in said("photograph", "guessed")
