"""Runs against a base: that what is shown and handed on is what the tests say, corrected over all that is shown."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from invented_run import invent

from sightline.cli.console import console
from sightline.cli.judging import compare
from sightline.engine.compare import judged
from sightline.engine.files import write_table
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.metrics.comparisons.arms import arms_difference, corrected
from sightline.metrics.comparisons.family import holm
from sightline.report import report, side_by_side
from sightline.report.differences import compared, notes
from sightline.report.side_by_side import compare_runs
from sightline.report.words import decimal, p_value, span
from sightline.results import Difference


@pytest.fixture(scope="module")
def found(guided, label_only, tmp_path_factory):
    """What `sightline compare` hands on, and the page that it writes."""
    out = tmp_path_factory.mktemp("side")
    result = compare_runs([guided, label_only], "flipped", out)
    return result, (out / "report.html").read_text(encoding="utf-8")


def changed(run, folder, table, change):
    """A copy of the run with every row of a table changed."""
    shutil.copytree(run.path, folder / run.name)
    rows = [row | change(row) for row in read_table(folder / run.name / table)]
    write_table(folder / run.name / table, rows, list(rows[0]))
    return Run(folder / run.name)


def test_all_that_is_handed_on_is_what_the_tests_say(found, guided, label_only):
    result, _ = found
    settings = guided.recipe.evaluate
    expected = {}
    for split in ("matched", "flipped", "removed", "val"):
        a, b = (judged(run, split, attention=split in ("matched", "flipped")) for run in (guided, label_only))
        one = arms_difference(a, b, bootstrap=settings.bootstrap, confidence=settings.confidence, draws=result.exchanges)
        expected |= {(split, metric): difference for metric, difference in one.items()}
    handed = {(row.split, row.metric): row for row in result.differences}
    about = {"run": "guided", "base": "label-only"}
    said = corrected(expected, 0.95).items()
    assert handed == {key: Difference(**about, split=key[0], metric=key[1], **row.fields()) for key, row in said}
    plain = result.to_json()["differences"]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert tuple(Difference.model_validate(row) for row in plain) == result.differences


def test_the_family_is_everything_on_the_page(found):
    result, page = found
    rows = {(row.split, row.metric): row for row in result.differences}
    assert len(rows) == result.comparisons == 10  # accuracy and AUC on four splits, EPG on two
    assert {key: row.p_holm for key, row in rows.items()} == holm({key: row.p for key, row in rows.items()})
    table = page.partition("<h3>guided minus label-only</h3>")[2].partition("</table>")[0]
    assert len(re.findall(r"<tr", table)) == 1 + result.comparisons
    assert "all 10 comparisons" in page


def test_the_page_shows_every_number(found):
    result, page = found
    table = re.sub(r"\s*\n\s*", "", page.partition("<h3>guided minus label-only</h3>")[2].partition("</table>")[0])
    for row in result.differences:
        own = f"<td>{decimal(row.value)}<small>{span(row)}{'°' if row.method == 'percentile' else ''}</small></td>"
        own += f"<td>{p_value(row.p)}</td><td>{p_value(row.p_holm)}</td>"
        assert own.replace("<0", "&lt;0") in table
        if (closed := row.delong) and closed.p is not None:
            said = f"DeLong<small>{span(closed)}</small></td><td>{p_value(closed.p)}</td><td>{p_value(closed.p_holm)}</td>"
            assert said.replace("<0", "&lt;0") in table
        if closed := row.mcnemar:
            assert f"McNemar<small>{closed.only_a} : {closed.only_b}</small></td><td>{p_value(closed.p)}".replace("<0", "&lt;0") in table


def test_the_terminal_shows_one_split_and_cuts_nothing(found, guided, label_only, tmp_path, capsys, monkeypatch):
    result = found[0].but(split="removed")
    monkeypatch.setattr(side_by_side, "compare_runs", lambda *_: result)
    monkeypatch.setattr(console, "width", 80)
    compare([guided.path, label_only.path], "removed", tmp_path)
    printed = capsys.readouterr().out
    assert printed.count("guided minus label-only") == 1
    rows = [row for row in result.differences if row.split == "removed"]
    for row in rows:
        bounds = f"[{row.low:.3f}, {row.high:.3f}]"
        assert re.search(rf"{re.escape(bounds)}°? +{p_value(row.p)} +{p_value(row.p_holm)} +{row.verdict}", printed)
    delong, counts = rows[1].delong, rows[0].mcnemar
    assert re.search(rf"DeLong +{delong.value:.3f} .* {p_value(delong.p)} +{p_value(delong.p_holm)}", printed)
    assert re.search(rf"McNemar +{counts.only_a} : {counts.only_b} +{p_value(counts.p)} ", printed)
    assert all(note in printed for note in result.notes)
    assert "…" not in printed
    assert max(len(line) for line in printed.splitlines() if not line.startswith("/")) <= 80


def test_images_of_a_patient_stay_together_and_mcnemar_keeps_its_p_back(guided, label_only, tmp_path):
    def patient(row):
        return {"group": f"{row['split']} {int(re.findall(r'[0-9]+', row['id'])[-1]) // 4}"}

    runs = [changed(run, tmp_path, "split.csv", patient) for run in (guided, label_only)]
    together, apart = (compared(pair, pair[1], ["matched"], ()) for pair in (runs, [guided, label_only]))
    a, b = (judged(run, "matched", attention=False) for run in runs)
    groups = runs[0].groups(a.ids)
    assert groups is not None
    expected = corrected(arms_difference(a, b, groups=groups, bootstrap=200, draws=together.draws))
    assert together.of["guided"]["matched"] == expected
    assert together.of["guided"]["matched"]["accuracy"].mcnemar.p is None
    assert apart.of["guided"]["matched"]["accuracy"].mcnemar.p is not None
    assert "patient by patient" in " ".join(notes(together))
    assert "image by image" in " ".join(notes(apart))
    assert "It has no p here" in " ".join(notes(together))


def test_arms_without_maps_have_a_table_and_a_page(guided, tmp_path):
    plain = invent(tmp_path / "plain", "demo-label-only", settings={"attention": {"name": "none"}}, maps=(), splits=("val", "matched"))
    result = compare_runs([guided, plain], None, tmp_path / "side")
    assert {row.metric for row in result.differences} == {"accuracy", "auc"}
    assert "DeLong" in (tmp_path / "side" / "report.html").read_text(encoding="utf-8")


def test_a_test_set_of_one_class_has_dashes(guided, label_only, tmp_path):
    runs = [changed(run, tmp_path, "predictions.csv", lambda row: {"label": "melanoma"}) for run in (guided, label_only)]
    result = compared(runs, runs[1], ["matched"], ())
    area = result.of["guided"]["matched"]["auc"]
    assert (area.value, area.p, area.p_holm, area.delong.p) == (None, None, None, None)
    assert result.comparisons == 1
    page = report(runs[0], [runs[1]], found=result)
    assert "DeLong<small>" not in page.partition("minus label-only</h3>")[2].partition("</table>")[0]


def test_several_arms_are_one_family(guided, label_only, tmp_path):
    third = invent(tmp_path / "third", "demo-guided", seed=5, skill=2)
    result = compared([guided, label_only, third], label_only, ["matched", "flipped"], ())
    assert set(result.of) == {"guided", "third"}
    p = {(row.run, row.split, row.metric): row.p for row in result.rows}
    assert {(row.run, row.split, row.metric): row.p_holm for row in result.rows} == holm(p)
    assert result.comparisons == len(p) == 8


def test_a_run_alone_has_no_differences(guided):
    alone = compared([guided], guided, ["matched"], ())
    assert (alone.rows, notes(alone)) == ([], [])
    assert "Holm</th>" not in report(guided)
