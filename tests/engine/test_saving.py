"""Of a run's files none passes for another, and weights that are not numbers are not used."""

from __future__ import annotations

import json
import shutil

import pytest
from resaved_weights import resaved
from safetensors.torch import load_file, save_file

from sightline.attention.classifier import build
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.engine.saving import load_model, start_from
from sightline.errors import UserError

NAN, INF = float("nan"), float("inf")


def test_weights_that_are_not_finite_are_refused_in_words(saved_run, monkeypatch):
    resaved(saved_run, monkeypatch, lambda classifier: classifier.head.linear.weight[0].fill_(NAN))
    with pytest.raises(UserError, match=r"holds weights that are not finite numbers \(the first is head\.linear\.weight\)"):
        saved_run.classifier()
    with pytest.raises(UserError, match="not finite numbers"):
        start_from(saved_run.path, build(saved_run.recipe, 2))


def test_a_description_that_was_edited_is_refused(saved_run):
    path = saved_run.path / "model.json"
    whole = path.read_text(encoding="utf-8")
    for changed in (whole.replace('"image_size": 32', '"image_size": 64'), _swapped(whole)):
        assert changed != whole
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(UserError, match=r"model\.json: was changed after the training"):
            load_model(saved_run.path)


def _swapped(text: str) -> str:
    description = json.loads(text)
    return json.dumps(description | {"classes": description["classes"][::-1]})


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}", '{"classes": ["a", "b"]}'])
def test_a_description_that_is_cut_or_garbage_is_refused(saved_run, content):
    (saved_run.path / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"model\.json: (is empty|is not JSON|does not hold what it should)"):
        load_model(saved_run.path)


def test_a_run_of_an_earlier_version_opens(saved_run):
    path = saved_run.path / "model.safetensors"
    save_file(load_file(path), path)
    description = json.loads((saved_run.path / "model.json").read_text(encoding="utf-8"))
    description = {name: description[name] for name in ("classes", "image_size", "recipe")} | {"sha256": sha256(path)}
    (saved_run.path / "model.json").write_text(json.dumps(description), encoding="utf-8")
    assert Run(saved_run.path).classifier().classes == 2
    assert len(Run(saved_run.path).datasets["val"]) == 6


@pytest.mark.parametrize("place", [-1, -1000, 300])
def test_a_flipped_byte_in_weights_of_their_own_is_found(saved_run, tmp_path, place):
    path = tmp_path / "weights.safetensors"
    shutil.copy(saved_run.path / "model.safetensors", path)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match=r"is damaged|cannot be read"):
        start_from(path, build(saved_run.recipe, 2))
