"""The page of an audit says what it is about, and links to the report, which links back."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from sightline.audit.examine import Audit, Shown
from sightline.engine.run import Run
from sightline.report.audit_page import write_audit
from sightline.report.page import write_report
from sightline.results import Score
from sightline.results.audit import AuditFacts, Condition, Reliance, Seconds


@pytest.fixture
def run(guided: Run, tmp_path: Path) -> Run:
    shutil.copytree(guided.path, tmp_path / "a run")
    found = Run(tmp_path / "a run")
    found.__dict__["_all"] = guided._all
    return found


@pytest.fixture
def audit() -> Audit:
    one = Score(value=0.5, low=0.4, high=0.6)
    names = ("as_is", "boxed_mean", "boxed_blur", "removed_mean", "elsewhere_mean", "background_same", "background_other")
    tests = {name: Condition(accuracy=one, auc=one, separation=one, probability=one, flips=one) for name in names}
    keys = ("left_outside", "above_base_rate", "region_needed", "region_flips")
    differences = {f"{key}_{how}": one for key in keys for how in ("mean", "blur")}
    differences |= {f"background_{what}": one for what in ("flips", "separation", "accuracy")}
    reliance = Reliance(n=12, base_rate=one, conditions=tests, differences=differences)
    facts = AuditFacts(images=12, of=20, reliance=reliance, flag="no sign of relying", seconds=Seconds(given=20, spent=9))
    return Audit(facts, Shown(images=cast(Any, None), said=np.zeros((0, 2))))


def linked(page: Path, words: str) -> Path:
    href = re.search(rf'<a href="([^"]+)">{re.escape(words)}</a>', page.read_text(encoding="utf-8"))
    assert href, words
    return (page.parent / href[1].replace("%20", " ")).resolve()


def test_the_page_says_which_model_images_and_day(run: Run, audit: Audit) -> None:
    result = write_audit(run, audit, "matched", run.audit_folder())
    page = (run.audit_folder() / "audit.html").read_text(encoding="utf-8")
    assert f"weights {run.weights_sha256[:12]} (SHA-256)" in page
    assert f"{run.recipe.data.name}, matched: 12 of 20 images" in page
    assert f"on {datetime.now(UTC):%Y-%m-%d}, in 9 seconds" in page
    assert "region and background: 12" in page
    assert "Report of the run" not in page, "there is none"
    assert len(result.changes) == 6
    assert all(sentence.partition(",")[0] in page.replace("&#39;", "'") for sentence in result.changes)


def test_report_and_audit_link_to_each_other(run: Run, audit: Audit, tmp_path: Path) -> None:
    first = write_report(run)
    assert "What does it rely on?" not in first.read_text(encoding="utf-8")
    write_audit(run, audit, "matched", run.audit_folder())
    assert linked(run.audit_folder() / "audit.html", "Report of the run") == first.resolve()
    for file in (write_report(run), write_report(run, path=tmp_path / "elsewhere" / "page.html")):
        assert linked(file, "What does it rely on?") == (run.audit_folder() / "audit.html").resolve()
