"""Every error is shown once, under the kind that explains most, and what is right for the wrong place is found."""

from __future__ import annotations

from collections import Counter

import pytest

from sightline.engine.run import Run
from sightline.report.failures import SURE, _leans, failures


def test_every_error_is_there_once_and_nothing_else(ruled) -> None:
    found = failures(ruled, "flipped")
    said = ruled.predictions("flipped")
    decided = ruled.decision(said.probabilities)
    wrong = {id for id, p, label in zip(said.ids, decided, said.labels, strict=True) if p != label}
    assert wrong, "it is fooled"
    assert Counter(one.id for one in found if one.kind != "place") == Counter(wrong)
    assert all((one.label == one.called) == (one.kind == "place") for one in found)


def test_an_error_with_a_ruler_is_driven_by_it_only_where_the_ruler_speaks_for_the_class(ruled) -> None:
    found = failures(ruled, "flipped")
    rulers = {record.id for record in ruled.datasets["flipped"].records if record.tags["ruler"]}
    driven = [one for one in found if one.kind == "artefact"]
    assert driven
    assert all(one.artefact == "ruler" and one.called == "melanoma" and one.id in rulers for one in driven)
    missing = [one for one in found if one.kind == "missing"]
    assert missing, "melanomas without a ruler"
    assert all(one.artefact == "ruler" and one.label == "melanoma" and one.id not in rulers for one in missing)
    others = [one for one in found if one.kind in ("sure", "unsure")]
    assert all((one.probability >= SURE) == (one.kind == "sure") for one in others)
    assert not any(one.called == "melanoma" and one.id in rulers for one in others)


def test_right_for_the_wrong_place_is_what_looks_at_the_ruler(ruled, guided) -> None:
    found = [one for one in failures(ruled, "matched") if one.kind == "place"]
    assert len(found) > 5
    assert found == sorted(found, key=lambda one: (one.inside, one.id))
    assert not [one for one in failures(guided, "matched") if one.kind == "place"], "it looks at the lesion"


def test_where_the_training_images_cannot_be_read_errors_have_no_artefact(ruled) -> None:
    alone = Run(ruled.path)
    alone.__dict__["datasets"] = {name: images for name, images in ruled.datasets.items() if name != "train"}
    found = failures(alone, "flipped")
    assert {one.kind for one in found} <= {"sure", "unsure", "place"}
    assert [one.id for one in found if one.kind != "place"]


@pytest.mark.parametrize(
    ("nevi", "melanomas", "leans"),
    [((1, 20), (15, 20), "melanoma"), ((10, 20), (15, 20), ""), ((0, 20), (4, 20), ""), ((20, 20), (0, 20), "nevus")],
)
def test_an_artefact_goes_with_a_class_where_it_is_clearly_more_frequent(nevi, melanomas, leans) -> None:
    told = [("nevus", i < nevi[0]) for i in range(nevi[1])] + [("melanoma", i < melanomas[0]) for i in range(melanomas[1])]
    assert _leans(told, ["nevus", "melanoma"]) == leans
