"""Labels that cannot be meant as classes."""

from __future__ import annotations

from collections import Counter

import pytest

from sightline.data.labels import alike_labels, check_labels
from sightline.errors import UserError


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["Melanoma", "melanoma", "nevus"], r"t\.csv: the labels 'Melanoma' \(1 images\) and 'melanoma' \(1 images\) are two spellings"),
        (["basal  cell", "basal cell"], "two spellings"),
        (["ä", "a\u0308"], "two spellings"),
        (["melanoma\u200b", "melanoma"], "two spellings"),
        (["1", "1.0", "0"], "two spellings"),
        (["01", "1"], "two spellings"),
        (
            ["effusion;nodule", "effusion"],
            "'effusion;nodule', which looks like several labels. Several findings per image stand",
        ),
        (["a|b", "c"], "several labels"),
        (["Effusion, Nodule", "effusion", "nodule"], "several labels"),
        (["a/b", "a", "b"], "several labels"),
        (["a + b", "a", "b"], "several labels"),
        (["a and b", "a", "b"], "several labels"),
        (["['a', 'b']", "c"], "several labels"),
        (["{a}", "c"], "several labels"),
    ],
)
def test_two_spellings_and_several_labels_are_refused(labels: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        check_labels(Counter(labels), "t.csv")


def test_labels_that_only_look_alike_are_taken() -> None:
    check_labels(
        Counter(["carcinoma", "carcinoma, in situ", "Barrett's and cancer", "1", "-1", "+", "-", "n/a b", "a_b", "a b", "B"]), "t.csv"
    )


def test_labels_that_differ_in_blanks_and_hyphens_alone_are_noted() -> None:
    (said,) = alike_labels({"a nevus": 8, "melanoma": 9, "a-nevus": 4, "a_nevus": 1})
    named = "'a nevus' (8 images) and 'a-nevus' (4 images) and 'a_nevus' (1 image)"
    assert said.startswith(f"label: {named} differ in blanks, hyphens or underscores alone; if they mean one class")
    assert alike_labels({"mela-noma": 1, "Melanoma": 1})
    assert alike_labels({"grade 1": 1, "grade-1": 1})
    assert not alike_labels(dict.fromkeys(["1", "-1", "+", "-", "12", "1-2", "a", "a-", "carcinoma in situ", "carcinoma"], 1))
