from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import sightline as sl
from sightline.engine.run import Run
from sightline.results.units import NamedUnits


def test_a_gallery_is_of_a_run_of_its_folder_or_of_any_classifier(
    run: Run, classifier: sl.GuidedClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.zeros((40, 50, 3), np.uint8)
    found = sl.gallery(classifier, [picture], tmp_path / "own", image_size=32)
    assert (found.page, found.page.is_file()) == (tmp_path / "own" / "gallery.html", True)
    asked: list[Any] = []
    monkeypatch.setattr("sightline.face.learnt.write_gallery", lambda model, *rest, **named: asked.append(model))
    sl.gallery(str(run.path), device="cpu", root="/moved")
    sl.gallery(run)
    assert (asked[0].path, asked[0].root, asked[1]) == (run.path, Path("/moved"), run)


def test_units_of_another_data_set_say_what_has_to_be_known_of_it(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = SimpleNamespace(split="folder, all", notes=("MEL is read as melanoma.",))
    seen: dict[str, Any] = {}
    monkeypatch.setattr("sightline.engine.elsewhere.elsewhere", lambda *given: seen.update(elsewhere=given) or there)
    made = NamedUnits.model_construct()
    monkeypatch.setattr("sightline.explain.units.name_units", lambda *given, **named: seen.update(named, given=given) or made)
    found = sl.units(run, ["0"], "all", tmp_path, data="folder", root="/photos", classes={"MEL": "melanoma"}, top=0.1)
    assert seen["elsewhere"] == (run, "folder", Path("/photos"), "all", {"MEL": "melanoma"})
    assert (seen["given"], seen["top"], found.notes) == ((there, ["0"], "folder, all", tmp_path), 0.1, there.notes)
    found = sl.units(run, root="/moved")
    assert (seen["given"][0].root, seen["given"][1:], found.notes) == (Path("/moved"), ((), None, None), ())
    with pytest.raises(sl.UserError, match="is for another data set"):
        sl.units(run, classes={"MEL": "melanoma"})


def test_images_are_of_classes_or_of_units(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("sightline.explain.class_image.class_images", lambda *given, seed: seen.append(("classes", *given, seed)))
    monkeypatch.setattr("sightline.explain.class_image.unit_images", lambda *given, seed: seen.append(("units", *given, seed)))
    sl.class_image(run, ["nevus"], seed=3)
    sl.class_image(run, units=["0/1"], out="u")
    assert seen == [("classes", run, ["nevus"], Path("class-images"), 3), ("units", run, ["0/1"], Path("u"), 0)]
