"""The table of `evaluate.point_into`: there where a recipe asks for it, nowhere else."""

from __future__ import annotations

import shutil

import yaml

from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.report import report
from sightline.report.tables import pointing
from sightline.results.scores import Pointing

SCORE = Pointing(value=0.875, low=0.75, high=0.96, n=16, chance=0.123, left_out=4)


def asked(run: Run, folder) -> Run:
    """A copy of the run whose recipe asked where its maps point."""
    shutil.copytree(run.path, folder)
    tree = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    tree["evaluate"]["point_into"] = {"melanoma": ["lesion", "halo"]}
    (folder / "config.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    found = {split: scores.but(pointing={"cam": {"melanoma": SCORE}}) for split, scores in run.scores.items()}
    write_json(folder / "metrics.json", found)
    return Run(folder)


def test_the_table_names_class_regions_share_and_chance(guided, tmp_path):
    run = asked(guided, tmp_path / "asked")
    [row] = pointing([run, guided], "matched")
    assert (row.label, row.regions, row.arm, row.map) == ("melanoma", "lesion and halo", "asked", "cam")
    text = report(run)
    table = text[text.index("Points into, matched") : text.index("Images whose region nobody marked are left out")]
    for said in ("lesion and halo", "0.875", "0.750–0.960", "4 left out", "<td>16</td>", "<td>0.123</td>"):
        assert said in table


def test_a_run_that_was_not_asked_has_no_such_table(guided):
    assert pointing([guided], "matched") == []
    assert "Points into, " not in report(guided)
