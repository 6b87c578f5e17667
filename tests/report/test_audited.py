"""A page about another data set shows the audit on that data set, and never the run's own."""

from __future__ import annotations

import shutil

from sightline.engine.elsewhere import elsewhere
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.report.audited import read_audit
from sightline.results.audit import AuditReport


def test_the_audit_is_that_of_the_images_of_the_page(guided, tmp_path) -> None:
    shutil.copytree(guided.path, tmp_path / "run")
    run = Run(tmp_path / "run")
    there = elsewhere(run, "phantom", None, "removed")
    assert read_audit(run) is None
    fields = {"run": "run", "classes": ["nevus", "melanoma"], "headline": "", "sentences": {}, "files": []}
    write_json(run.audit_folder() / "audit.json", AuditReport(**fields, split="own", images=2))
    assert read_audit(there) is None
    write_json(run.audit_folder("phantom") / "audit.json", AuditReport(**fields, split="other", images=2))
    found = [read_audit(one) for one in (run, there)]
    assert [one.split for one in found if one] == ["own", "other"]
