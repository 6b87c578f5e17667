"""`sightline audit` on a small run, from the command to the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from invented_run import invent
from PIL import Image
from typer.testing import CliRunner

from sightline.attention.classifier import build
from sightline.audit.examine import examine
from sightline.audit.which import own
from sightline.cli import app
from sightline.engine.run import Run
from sightline.engine.saving import save_model
from sightline.errors import UserError
from sightline.report.audit_words import sentences


def finished(folder: Path, **settings: object) -> Run:
    """A run whose network was never trained."""
    run = invent(folder, "demo-label-only", settings={"backbone": {"name": "test_resnet", "stride": 8}} | settings, splits=("matched",))
    torch.manual_seed(0)
    save_model(folder, build(run.recipe, 2), run.recipe, run.classes)
    return Run(folder)


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    run = finished(tmp_path_factory.mktemp("runs") / "tiny")
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    result = CliRunner().invoke(
        app, ["audit", str(run.path), "--seconds", "2", "--images", "20", "--json", str(run.path.parent / "a.json")]
    )
    assert result.exit_code == 0, result.output
    return run, before, result.output


def test_the_verb_says_writes_and_leaves_the_run_as_it_was(audited):
    run, before, said = audited
    assert all(path.read_bytes() == content for path, content in before.items())
    found = json.loads((run.path / "audit" / "audit.json").read_text(encoding="utf-8"))
    assert json.loads((run.path.parent / "a.json").read_text(encoding="utf-8")) == found
    assert found["headline"] in said
    assert found["split"] == "matched"
    assert found["images"] == found["of"] == 20
    assert {"reliance", "perturbation", "randomisation", "tags", "pasted", "removed", "alignment", "reasons", "flag"} <= set(found)
    assert all(found["pasted"][name]["n"] > 0 for name in ("ruler", "ink"))
    assert found["in_training"]["ruler"]["with"] > 0 == found["in_training"]["ink"]["with"]
    assert (found["kind"]["name"], found["kind"]["how"]) == ("dermoscopy", "data set")
    assert "Kind of image: dermoscopy (as the data set says)" in said


def test_every_score_has_its_interval_and_its_n_is_said(audited):
    found = json.loads((audited[0].path / "audit" / "audit.json").read_text(encoding="utf-8"))

    def scores(tree):
        if isinstance(tree, dict):
            if {"value", "low", "high"} <= set(tree):
                yield tree
            for below in tree.values():
                yield from scores(below)

    every = list(scores({k: found[k] for k in ("reliance", "perturbation", "randomisation", "pasted", "removed")}))
    assert len(every) > 100
    assert all(one["low"] <= one["value"] <= one["high"] for one in every if one["low"] is not None)
    assert all("n" in found[part] for part in ("reliance", "perturbation", "randomisation"))


def test_the_page_needs_no_other_file_and_shows_every_part(audited):
    page = (audited[0].path / "audit" / "audit.html").read_text(encoding="utf-8")
    assert not re.search(r'(src|href)\s*=\s*"(?!data:|#)|url\((?!#)|@import', page)
    for part in ("artefacts", "region", "map", "learned", "terms", "limits"):
        assert f'id="{part}"' in page
    assert "NaN" not in re.sub(r"data:[^\"']*", "", page), "but for the letters of a picture"
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "the figures' ids differ"


def test_a_classifier_without_maps_is_tested_by_what_it_answers(tmp_path):
    run = finished(tmp_path / "plain", attention={"name": "none"})
    found = examine(run, own(run, None), seconds=1, images=12).facts
    assert found.perturbation is found.randomisation is found.alignment is None
    assert found.reliance.n == 12
    assert found.pasted["ruler"].attention is None
    assert "Does it look at the region?" not in dict(sentences(found))


def test_on_another_data_set_the_files_lie_beside_its_scores_and_the_own_audit_stays(audited, tmp_path):
    run = audited[0]
    kept = (run.path / "audit" / "audit.json").read_bytes()
    for number, name in enumerate(run.classes * 3):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.effect_noise((40, 40), 60 + 10 * number).convert("RGB").save(tmp_path / name / f"{number}.png")
    result = CliRunner().invoke(
        app, ["audit", str(run.path), "--data", "folder", "--root", str(tmp_path), "--seconds", "1", "--images", "4"]
    )
    assert result.exit_code == 0, result.output
    assert (run.path / "external" / f"folder-{tmp_path.name}" / "audit" / "audit.html").is_file()
    assert (run.path / "audit" / "audit.json").read_bytes() == kept


def test_a_kind_can_be_told_and_has_to_be_known(audited):
    run = audited[0]
    found = examine(run, own(run, None), seconds=1, images=6, kind="ultrasound").facts.kind
    assert (found.name, found.how) == ("ultrasound", "told")
    assert "ruler" in found.tried, "the training images are tagged with it"
    result = CliRunner().invoke(app, ["audit", str(run.path), "--kind", "ultrasonic"])
    assert isinstance(result.exception, UserError)
    assert 'Did you mean "ultrasound"?' in str(result.exception)
