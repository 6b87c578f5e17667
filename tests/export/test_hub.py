"""A Hugging Face folder gives the same classifier back, and names nothing of the machine it comes from."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest
import torch

import sightline as sl
from sightline.engine.run import Run
from sightline.errors import UserError


@pytest.fixture(scope="module")
def folder(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hub") / "model"
    sl.export(finished, hub=place)
    return place


def test_the_folder_gives_the_same_logits(finished: Run, folder: Path) -> None:
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(sl.load(folder, "cpu")(images), finished.classifier().cpu()(images))


def test_an_address_on_the_hub_is_fetched(folder: Path, monkeypatch) -> None:
    asked = []

    def snapshot(name: str, **options: object) -> str:
        asked.append(name)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert sl.load("hf://someone/moles", "cpu").classes == 2
    assert asked == ["someone/moles"]
    with pytest.raises(UserError, match="hf://owner/name"):
        sl.load("hf://moles")


def test_a_hub_that_does_not_answer_is_one_line(monkeypatch) -> None:
    def offline(name: str, **options: object) -> str:
        raise OSError("no connection\nand a long story")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(UserError, match=r"cannot be fetched \(no connection\)"):
        sl.load("hf://someone/moles")


def test_damaged_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        content = (folder / name).read_bytes()
        (tmp_path / name).write_bytes(content[:-1] + b"\0" if name == "model.safetensors" else content)
    with pytest.raises(UserError, match="damaged"):
        sl.load(tmp_path)


def test_no_file_names_a_place_of_this_machine(finished: Run, folder: Path) -> None:
    for name in ("README.md", "config.json"):
        text = (folder / name).read_text(encoding="utf-8")
        assert not [place for place in (finished.path, finished.path.parent, Path.home()) if str(place) in text], name


def test_a_run_is_still_loaded_as_a_run(finished: Run) -> None:
    assert sl.load(finished.path, "cpu").classes == 2
