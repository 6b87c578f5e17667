"""The images of a run with several findings, as one finding sees them."""

from __future__ import annotations

import pytest

from sightline.engine.of_finding import OfFinding, rows_of_finding


class Images:
    """A data set that counts how often a part of it is made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def of(self, finding: str) -> str:
        self.made.append(finding)
        return f"images of {finding}"


def row(label: str, marked: str = "") -> dict[str, str]:
    return {"id": "a", "split": "train", "label": label, "annotated": str(int(bool(marked))), "marked": marked}


def test_the_splits_are_those_of_the_whole_and_each_is_made_once_when_it_is_asked_for() -> None:
    whole = {"train": Images(), "val": Images()}
    found = OfFinding(whole, "edema")  # type: ignore[arg-type]
    assert (list(found), len(found)) == (["train", "val"], 2)
    assert whole["train"].made == []
    assert found["train"] is found["train"]
    assert (whole["train"].made, whole["val"].made) == (["edema"], [])
    with pytest.raises(KeyError):
        found["test"]


def test_rows_are_of_two_classes_and_those_of_which_the_finding_is_unknown_are_left_out() -> None:
    rows = [row("edema;mass"), row("mass"), row("mass;edema?"), row("")]
    assert [one["label"] for one in rows_of_finding(rows, "edema")] == ["edema", "no edema", "no edema"]


def test_an_image_is_annotated_for_the_findings_that_are_marked_in_it_alone() -> None:
    rows = [row("edema;mass", marked="mass"), row("edema;mass", marked="mass;edema"), row("edema")]
    assert [one["annotated"] for one in rows_of_finding(rows, "edema")] == ["0", "1", "0"]
    assert rows[0]["annotated"] == "1", "the rows themselves stay as they are"
