"""Labels that cannot be meant as classes."""

from __future__ import annotations

from collections import Counter

import pytest

from sightline.data.labels import check_labels
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
