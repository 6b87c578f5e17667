from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sightline.engine.read_files import Damaged, read_arrays
from sightline.engine.run import Run


def edited(path: Path, line: int, change: Callable[[str], str]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[line - 1] = change(lines[line - 1])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda row: row.rpartition(",")[0] + ",nan", "is nan, which is not a probability"),
        (lambda row: row.rpartition(",")[0] + ",1.5", "is 1.5, which is not a probability"),
        (lambda row: row.rpartition(",")[0] + ",abc", "is 'abc', which is not a number"),
        (lambda row: row.rpartition(",")[0] + ",", "is '', which is not a number"),
        (lambda row: ",".join([*row.split(",")[:4], "0.9", "0.9"]), "add up to 1.8, not to 1"),
        (
            lambda row: row.replace(",melanoma,", ",wart,", 1).replace(",nevus,", ",wart,", 1),
            "the label 'wart' is none of the run's classes",
        ),
        (lambda row: row + ",1", "has 7 cells, the header has 6"),
        (lambda row: row.rpartition(",")[0], "has 5 cells, the header has 6"),
        (lambda row: '"' + row, "is not a row of a table|has 1 cells"),
    ],
)
def test_predictions_edited_by_hand_are_named_by_their_line(place: Path, change: Callable[[str], str], why: str) -> None:
    edited(place / "run" / "predictions.csv", 4, change)
    with pytest.raises(Damaged, match=why) as error:
        Run(place / "run").predictions("val")
    if not why.startswith("is not a row"):
        assert "predictions.csv line 4: " in str(error.value)


def test_an_image_that_is_predicted_twice_or_that_nobody_knows_is_named(place: Path) -> None:
    path = place / "run" / "predictions.csv"
    third = path.read_text(encoding="utf-8").splitlines()[2]
    edited(path, 4, lambda row: third)
    with pytest.raises(Damaged, match=r"predictions.csv line 4: image .* is already in line 3"):
        Run(place / "run").predictions("val")
    edited(path, 4, lambda row: third.replace(third.split(",")[1], "nobody"))
    run = Run(place / "run")
    with pytest.raises(Damaged, match=r"names image 'nobody', which split.csv does not"):
        run.groups(run.predictions("val").ids)


def test_maps_of_other_images_and_of_another_form_are_refused(place: Path) -> None:
    run, path = Run(place / "run"), place / "run" / "attention" / "matched.npz"
    kept = read_arrays(path, "")
    for name, value in (
        ("map:cam", kept["map:cam"][:2]),
        ("said:cam", kept["said:cam"].astype(int)),
        ("decided", kept["decided"] + 7),
        ("known", kept["known"].astype(float)),
        ("ids", np.arange(len(kept["ids"]))),
    ):
        np.savez(path, **{**kept, name: value})
        with pytest.raises(Damaged, match="does not hold one map of each image"):
            run.attention("matched")
    np.savez(path, **{**kept, "ids": np.array([f"other {i}" for i in kept["ids"]])})
    with pytest.raises(Damaged, match="maps of other images"):
        run.attention("matched")
