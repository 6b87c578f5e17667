from __future__ import annotations

from kept import kept, lacks, refuses

from sightline.results.units import ConceptUnit, NamedUnits

HAIR = ConceptUnit(layer="layer4", number=4, unit=17, concept="hair", shown_in=6, named=True, iou=0.12, expected=0.04, level=0.1)


def test_a_unit_has_its_concept_and_what_switching_it_off_changes_only_if_asked() -> None:
    assert kept(HAIR)["concept"] == "hair"
    assert (HAIR.accuracy, HAIR.auc, HAIR.flips) == (None, None, None)
    lacks(HAIR, "named", "iou", "expected")
    refuses(HAIR, unit=-1, iou="large", level=float("nan"))


def test_what_it_changes_in_the_score_of_a_class_is_kept_by_the_name_of_the_class() -> None:
    off = ConceptUnit(**HAIR.fields(), flips=0.1, **{"score:melanoma": -0.4})
    assert kept(off)["score:melanoma"] == -0.4


def test_units_are_kept_beside_the_concepts_that_no_image_shows() -> None:
    found = NamedUnits(split="test", images=12, concepts=[HAIR], absent=["gel"], files=["units.csv"])
    assert kept(found)["absent"] == ["gel"]
    assert found.notes == ()
    lacks(found, "concepts", "absent")
