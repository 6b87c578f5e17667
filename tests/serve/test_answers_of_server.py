"""The map of a picture as numbers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from sightline.serve.answers import USE, About, Health, Predictions, map_of


def of(raw: np.ndarray, kind: str = "evidence", finding: str = "", where: tuple[float, float, float, float] = (0, 0, 48, 30)):  # type: ignore[no-untyped-def]
    return map_of(SimpleNamespace(map=raw), "cam", kind, finding, where)  # type: ignore[arg-type]


def test_rows_come_from_the_top_with_six_digits_and_what_is_no_number_is_null() -> None:
    raw = np.array([[0.123456789, np.nan, np.inf], [1e-9, 2, -3]], np.float32)
    found = of(raw)
    assert found.values == ((0.123457, None, None), (1e-9, 2.0, -3.0))
    assert found.note != ""


def test_a_cell_is_the_part_of_the_window_that_one_number_stands_for() -> None:
    found = of(np.ones((2, 3)), where=(10.00049, 0, 40.0004, 29.9999))
    assert found.window == (10.0, 0.0, 40.0, 30.0)
    assert found.cell == (10.0, 15.0)


def test_a_map_of_one_finding_names_it_and_a_map_without_evidence_says_so() -> None:
    assert (of(np.ones((2, 2))).finding, of(np.ones((2, 2)), finding="mass").finding) == (None, "mass")
    assert of(np.array([[1, 2]])).note == ""
    assert of(np.ones((2, 2))).note == "the same everywhere"
    assert "no positive evidence" in of(-np.ones((2, 2))).note
    assert of(np.full((2, 2), 0.5), "unit").range == "unit"


def test_every_answer_about_a_model_says_what_it_is_not_for() -> None:
    facts = {
        "name": "r",
        "version": "1",
        "runs": (),
        "classes": ("a", "b"),
        "image_size": 32,
        "channels": 3,
        "rule": "",
        "calibrated": False,
    }
    assert About(**facts, map=None).intended_use == USE
    assert "not a medical device" in USE
    assert Health(pictures=3).status == "ok"
    one = {"image": "a.png", "prediction": "mass;effusion", "probabilities": {"mass": 0.9}, "thresholds": {"mass": None}}
    said = Predictions.model_validate({"model": "r", "rule": {"mass": "x"}, "predictions": [one]})
    assert said.predictions[0].prediction == "mass;effusion"
