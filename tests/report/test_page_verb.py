"""The first page of a report as `sightline report` writes it, with what has become known since."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from report_verb import asked

from sightline.engine.files import write_json
from sightline.results.audit import AuditReport


@pytest.fixture
def folder(guided, tmp_path):
    shutil.copytree(guided.path, tmp_path / "run")
    return tmp_path / "run"


def points(page: str) -> dict[str, str]:
    """Question -> light."""
    found = re.findall(r"<dt>(?:<span class=\"light (\w+)\">.*?</span> )?(.*?\?)</dt>", page)
    return {question: light for light, question in found}


def test_the_first_page_has_lights_and_says_what_the_model_is_not_for(folder) -> None:
    asked(str(folder))
    page = (folder / "report.html").read_text(encoding="utf-8")
    found = points(page)
    assert found["Is it better than guessing?"] == found["Does it look at the annotated region?"] == "good"
    assert found["Is it as good in every group?"] == "untested"
    assert found["Where does it fail?"] == "", "no question of good or bad"
    assert "It is not a medical device" in page
    assert re.search(r"trained on \d{4}-\d\d-\d\d", page)


def test_an_audit_that_lies_in_the_run_answers_where_no_test_set_does(folder) -> None:
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    write_json(folder / "metrics.json", {name: metrics[name] for name in ("val", "removed")})
    asked(str(folder))
    assert points((folder / "report.html").read_text(encoding="utf-8"))["Does it rely on an artefact?"] == "untested"
    fields = {"run": "run", "classes": ["nevus", "melanoma"], "headline": "", "sentences": {}, "files": []}
    write_json(folder / "audit" / "audit.json", AuditReport(**fields, split="removed", images=200, flag="relying"))
    asked(str(folder))
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert points(page)["Does it rely on an artefact?"] == "warning"
    assert "By the audit on removed: Its decision rests" in page
