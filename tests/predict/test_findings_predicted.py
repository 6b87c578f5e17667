"""Predictions of several findings: put together from those of each, and what is only there for one."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sightline.engine.decision import Decision
from sightline.errors import UserError
from sightline.predict import findings as room
from sightline.predict.findings import answered_of_findings, findings_to_file, networks_of, refuse_for_findings
from sightline.results.predictions import FindingsPrediction, Prediction


def run(*findings: str, path: str = "runs/x") -> Any:
    return SimpleNamespace(
        findings=findings, path=Path(path), finding_folder=lambda name: Path(path) / "findings" / name, of=lambda name: (path, name)
    )


def test_what_is_for_one_finding_names_a_run_of_one() -> None:
    refuse_for_findings(run("mass"), {})
    refuse_for_findings(run(), {"maps": "m"})
    with pytest.raises(UserError, match=r"`maps=m`: is for one finding, and runs/x has mass, effusion\. .* e\.g\. runs/x/findings/mass"):
        refuse_for_findings(run("mass", "effusion"), {"maps": "m", "coverage": 0.9})


def test_each_finding_has_an_ensemble_of_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ensemble", lambda runs, views, calibration: (runs, views, calibration))
    found = networks_of([run("mass", "effusion"), run("effusion", "mass", path="runs/y")], "flips", False)
    assert found == {name: ([("runs/x", name), ("runs/y", name)], "flips", False) for name in ("mass", "effusion")}
    with pytest.raises(UserError, match=r"runs/y: has other findings \(one label per image\) than runs/x"):
        networks_of([run("mass"), run(path="runs/y")], "none", True)


def said(image: str, finding: str, probability: float) -> SimpleNamespace:
    decided = finding if probability >= 0.5 else f"no {finding}"
    return SimpleNamespace(prediction=Prediction(image=image, prediction=decided, probabilities={finding: probability}))


NETWORKS: Any = {
    "mass": SimpleNamespace(decision=Decision(0.5), members=[SimpleNamespace(data="square")]),
    "effusion": SimpleNamespace(decision=Decision(), members=[SimpleNamespace(data="square")]),
}
ANSWERS = {
    "both.png": (0.75, 0.875),
    "one.png": (0.25, 0.5),
    "none.png": (0.25, 0.125),
}


def answered(network: Any, group: list[str]) -> list[SimpleNamespace]:
    place = 0 if network is NETWORKS["mass"] else 1
    name = ("mass", "effusion")[place]
    broken = SimpleNamespace(prediction=Prediction(image="broken.png", note="is cut short"))
    return [said(image, name, ANSWERS[image][place]) if image in ANSWERS else broken for image in group]


def test_what_is_said_of_each_finding_is_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "answered", answered)
    both, one, none, broken = answered_of_findings(NETWORKS, [*ANSWERS, "broken.png"])  # type: ignore[list-item]
    assert [set(found.prediction.split(";")) for found in (both, one, none)] == [{"mass", "effusion"}, {"effusion"}, {"none"}]
    assert (both.probabilities, both.thresholds) == ({"mass": 0.75, "effusion": 0.875}, {"mass": 0.5, "effusion": None})
    assert broken == FindingsPrediction(image="broken.png", note="is cut short")


def test_the_table_counts_each_finding_and_what_could_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(room, "answered", answered)
    monkeypatch.setattr(room, "plane_of", lambda data: None)
    monkeypatch.setattr(room, "wanted", lambda places, plane, left_out: [SimpleNamespace(name=str(place)) for place in places])
    monkeypatch.setattr(room, "decoded", lambda settings, pictures, size: iter([[one.name for one in pictures]]))
    told: list[int] = []
    places = [Path(name) for name in (*ANSWERS, "broken.png")]
    found = findings_to_file(NETWORKS, places, tmp_path / "p.csv", {}, batch_size=4, resume=False, progress=told.append)
    assert found.counts == {"mass": 1, "effusion": 2, "none": 1}
    assert (found.pictures, found.before, found.failed, told) == (4, 0, 1, [0, 4])
    rows = list(csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8")))
    assert [row["image"] for row in rows] == [*ANSWERS, "broken.png"]
    assert (rows[0]["p_mass"], rows[0]["threshold_effusion"], rows[3]["note"]) == ("0.750000", "", "is cut short")
