"""The section on groups: pictures, tables and sentences, of one run and of arms side by side."""

from __future__ import annotations

import re

import pytest
from invented_run import invent

from sightline.engine.run import Run
from sightline.report import report
from sightline.report.by_tags import sections
from sightline.report.pictures import Charts
from sightline.report.side_by_side import compare_runs

SETTINGS = {"evaluate.by": ["hair", "lesion_area=0.1"], "evaluate.by_least": 4, "evaluate.by_least_of_class": 1}
SMALL = {"counts": (8, 6, 24), "splits": ("matched",), "settings": SETTINGS}


@pytest.fixture(scope="module")
def arms(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    folder = tmp_path_factory.mktemp("arms")
    return [invent(folder / "guided", skill=3, **SMALL), invent(folder / "base", "demo-label-only", "ruler", "ruler", seed=1, **SMALL)]


@pytest.fixture(scope="module")
def alone(arms) -> str:
    return report(arms[0])


def section(text: str) -> str:
    return re.search(r'<section id="groups">.*?</section>', text, re.DOTALL)[0]


def test_a_run_has_a_table_and_a_picture_for_each_tag(arms, alone):
    page = section(alone)
    assert page.count('<figure class="chart">') == 2
    assert "<h3>hair, matched</h3>" in page
    assert "<h3>hair: each group minus all other images</h3>" in page
    assert "arms minus" not in page
    assert "Groups of lesion_area: below 0.1; 0.1 and above." in page
    accuracy = arms[0].scores["matched"].by["hair"].groups[0].scores["accuracy"]
    assert f"{accuracy.number:.3f}" in page
    assert 'href="#groups"' in alone


def test_arms_stand_side_by_side_and_what_holds_for_both_is_said_once(arms):
    page = section(report(arms[0], [arms[1]]))
    assert page.count("Groups of lesion_area: below 0.1; 0.1 and above.") == 1
    assert "base: Groups of lesion_area" not in page
    assert "hair: arms minus base in each group" in page
    assert len(re.findall(r"guided: (?:Of the groups of hair, .* has the lowest|All groups of hair have the same) accuracy", page)) == 1


def test_a_run_that_was_not_scored_by_groups_has_no_such_section(guided):
    assert sections(Charts(), [guided], "matched", []) == []


def test_groups_are_compared_by_the_tags_that_are_asked_for(arms):
    found = compare_runs(arms, None, None, ["hair"])
    assert {one.tag for one in found.groups} == {"hair"}
    assert {one.tag for one in compare_runs(arms, None, None).groups} == {"hair", "lesion_area"}
