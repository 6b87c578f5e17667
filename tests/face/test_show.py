from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import sightline as sl
from sightline.engine.run import Run


def test_a_picture_may_come_in_any_form(classifier: sl.GuidedClassifier, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    forms = [path, str(path), pixels, torch.from_numpy(pixels).permute(2, 0, 1) / 255, Image.fromarray(pixels)]
    found = [sl.explain(classifier, form, image_size=32) for form in forms]
    for one in found[1:]:
        assert one.probabilities == found[0].probabilities
        assert np.array_equal(one.maps["cam"], found[0].maps["cam"])
    assert sum(found[0].probabilities.values()) == pytest.approx(1)
    assert np.asarray(Image.open(found[0].save(tmp_path / "map.png"))).shape == pixels.shape
    assert set(sl.explain(classifier, pixels, "all", image_size=32, class_names=["a", "b"]).maps) == {"cam:a", "cam:b"}
    for wrong, why in ((pixels[..., 0], r"an array \(40, 30\)"), (torch.zeros(1, 3, 8, 8), r"a tensor \(1, 3, 8, 8\)")):
        with pytest.raises(sl.UserError, match=why):
            sl.explain(classifier, wrong)
    with pytest.raises(sl.UserError, match='Did you mean "cam"'):
        found[0].save(tmp_path / "b.png", map="cma")


def test_a_classifier_from_a_run_knows_its_classes_and_the_size_of_its_pictures(run: Run, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    told, classifier = sl.explain(run, pixels), sl.load(run.path)
    found = sl.explain(classifier, pixels)
    assert list(found.probabilities) == list(told.probabilities) == ["nevus", "melanoma"]
    assert np.array_equal(found.maps["cam"], told.maps["cam"])
    other = sl.explain(classifier, pixels, image_size=64)
    assert other.maps["cam"].shape != told.maps["cam"].shape


def test_with_a_folder_any_number_of_pictures_become_files(
    run: Run, classifier: sl.GuidedClassifier, hospital: Path, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 40, 30, 3), np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels[0]).save(path)
    found = sl.explain(run.path, [path, Image.fromarray(pixels[1])], "all", out=tmp_path / "maps", sheet=True, device="cpu")
    assert [(one.map, one.explained) for one in found.maps] == [("cam", "nevus"), ("cam", "melanoma")] * 2
    assert found.maps[0].image == str(path)
    assert found.maps[0].probability == pytest.approx(max(sl.explain(run, path).probabilities.values()), abs=1e-6)
    assert sorted(found.files) == sorted(map(str, (tmp_path / "maps").iterdir()))
    assert sum(name.endswith("-sheet.html") for name in found.files) == 2
    drawn = sl.explain(run, out=tmp_path / "drawn", data="table", root=hospital, split="test", images=2)
    assert {one.label for one in drawn.maps} == {"nevus", "melanoma"}
    own = sl.explain(classifier, path, out=tmp_path / "own", class_names=["a", "b"], image_size=32)
    assert {own.maps[0].explained} <= {"a", "b"}


def test_what_needs_files_or_a_data_set_says_so(run: Run, classifier: sl.GuidedClassifier, tmp_path: Path) -> None:
    for given in ({"pictures": [tmp_path, tmp_path]}, {"data": "phantom"}, {"pictures": tmp_path, "sheet": True}):
        with pytest.raises(sl.UserError, match="say where the files go: `out='maps'`"):
            sl.explain(run, **given)  # type: ignore[call-overload]
    for name in ("split", "root", "classes"):
        with pytest.raises(sl.UserError, match=f"`{name}=...`: is for another data set"):
            sl.explain(run, [tmp_path], out=tmp_path, **{name: {"a": "b"}})  # type: ignore[call-overload]
    with pytest.raises(sl.UserError, match="is given beside image files"):
        sl.explain(run, [tmp_path], out=tmp_path, data="phantom")
    with pytest.raises(sl.UserError, match=r"`data=...`: is for runs, and a classifier is given"):
        sl.explain(classifier, out=tmp_path, data="phantom")
    with pytest.raises(sl.UserError, match=r"`classes=...`: is for runs, and a classifier is given"):
        sl.explain(classifier, [tmp_path], out=tmp_path, classes={"a": "b"})
    with pytest.raises(sl.UserError, match=r"`class_names=...`: is for a classifier, and a run is given"):
        sl.explain(run, [tmp_path], out=tmp_path, class_names=["a", "b"])
