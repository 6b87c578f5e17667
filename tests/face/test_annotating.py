from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sightline as sl
from sightline.engine.run import Run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the two rooms were asked for."""
    given: dict[str, Any] = {}
    monkeypatch.setattr("sightline.annotate.advise.annotate_next", lambda *words, **named: given.update(named, given=words))
    monkeypatch.setattr("sightline.pseudo.make.pseudo_masks", lambda *words, **named: given.update(named, given=words))
    return given


def test_images_are_asked_for_of_a_run_or_of_its_folder(run: Run, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    sl.annotate_next(run, 7, "spread", "~/next", seed=3)
    assert asked["given"] == (run, 7, "spread", Path("/home/ana/next"))
    assert asked["seed"] == 3
    sl.annotate_next(str(run.path), root="/moved", device="cpu")
    there, *rest = asked["given"]
    assert (there.path, there.root, rest) == (run.path, Path("/moved"), [50, "uncertainty", None])


def test_settings_of_masks_are_over_the_arguments_and_what_is_not_said_is_the_default(asked: dict[str, Any], tmp_path: Path) -> None:
    sl.pseudo_mask("phantom", tmp_path / "m", image_size=64, minimum_dice=0.5, settings={"image_size": 96, "data.options": {"size": 32}})
    settings, out = asked["given"]
    assert (settings.data.name, settings.data.root, settings.data.options, settings.target) == ("phantom", None, {"size": 32}, None)
    assert (settings.image_size, settings.minimum_dice, settings.encoder, out) == (96, 0.5, "mobilenetv2_100", tmp_path / "m")


def test_places_of_both_data_sets_are_whole(asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are kept beside the masks, and read again from any folder."""
    monkeypatch.chdir(tmp_path)
    sl.pseudo_mask("folder", "m", root="photos", for_data="folder", for_root="more")
    settings = asked["given"][0]
    assert (settings.data.root, settings.target.root) == (tmp_path / "photos", tmp_path / "more")


def test_a_place_without_its_data_set_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(sl.UserError, match=r"Name the data set that lies there: `for_data=\.\.\.`"):
        sl.pseudo_mask("folder", "m", root="photos", for_root="more")
    assert asked == {}
