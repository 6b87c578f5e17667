"""What the tags of the training images say of an artefact."""

from __future__ import annotations

import pytest

from sightline.audit.seen import in_training, seen
from sightline.results.audit import Training
from sightline.types import Annotation, Record


def records(*tags: dict, avoid: tuple[Annotation, ...] = ()) -> list[Record]:
    return [Record(f"r{i}", None, "a", tags=tag, avoid=avoid) for i, tag in enumerate(tags)]


def test_images_with_without_and_unsaid_are_counted():
    known = in_training(records({"ruler": True, "age": 40}, {"ruler": False}, {}))
    assert known == {"ruler": Training(tagged=1, untagged=1, unsaid=1)}


def test_a_tag_counts_however_it_is_spelt():
    known = in_training(records({"Skin marker": True, "ink": False}, {"Skin marker": False}))
    assert known == {"ink": Training(tagged=1, untagged=1, unsaid=0)}
    assert seen("ink", known) == seen("skin_marker", known) == "yes"


@pytest.mark.parametrize(
    ("tags", "artefact", "expected"),
    [
        (({"gel": True}, {}), "gel", "yes"),
        (({"gel": False}, {"gel": False}), "gel", "no"),
        (({"gel": False}, {}), "gel", "unknown"),
        (({"ruler": True}, {"ruler": True}), "gel", "unknown"),
        (({}, {}), "gel", "unknown"),
        (({"ruler": True}, {"ruler": True}), "ruler + gel", "yes"),
        (({"ruler": False}, {"ruler": False}), "ruler + gel", "unknown"),
        (({"ruler": False, "gel": False},), "ruler + gel", "no"),
        (({"gel": "yes"},), "gel", "unknown"),
    ],
)
def test_three_states(tags, artefact, expected):
    assert seen(artefact, in_training(records(*tags))) == expected


def test_without_training_images_nobody_knows():
    assert seen("gel", None) == "unknown"


def test_marked_places_are_artefacts_of_unknown_kind():
    assert seen("artefact", in_training(records({}, avoid=(Annotation("box", points=((0, 0, 5, 5),)),)))) == "yes"
    assert seen("artefact", in_training(records({}, avoid=(Annotation("nothing"),)))) == "no"
    assert seen("artefact", in_training(records({}))) == "unknown"
